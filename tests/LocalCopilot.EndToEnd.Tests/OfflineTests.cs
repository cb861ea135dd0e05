using System.Diagnostics;
using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>Promise 3: nothing leaves the machine.</summary>
public class OfflineTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_works_without_any_network_interface_and_opens_no_network_socket()
    {
        Requirement.Holds(OperatingSystem.IsLinux() && File.Exists("/usr/bin/unshare"), "needs Linux and unshare, for a network namespace with no interfaces");
        await using Sandbox sandbox = new();
        using Process process = sandbox.StartProgram("/usr/bin/unshare", "--net", "--map-root-user", Sandbox.Executable, "lsp");
        using LspClient client = new(process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
        await client.InitializeAsync(Cancelled);
        JsonNode daemon = (await client.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]!["daemon"]!;
        await client.OpenAsync("file:///nowhere/a.py", "def add(a, b):\n    return ", Cancelled);
        JsonObject answer = await client.RequestAsync("textDocument/inlineCompletion", LspClient.At("file:///nowhere/a.py", 1, 11), Cancelled);

        int id = daemon["processId"]!.GetValue<int>();
        foreach (string table in (string[])["tcp", "tcp6", "udp", "udp6", "raw", "raw6"])
        {
            // One line is the table's head: in this namespace there is no socket of any process.
            Assert.Single(await File.ReadAllLinesAsync($"/proc/{id}/net/{table}", Cancelled));
        }

        HashSet<string> local = [.. (await File.ReadAllLinesAsync($"/proc/{id}/net/unix", Cancelled)).Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[6])];
        foreach (string descriptor in Directory.EnumerateFiles($"/proc/{id}/fd"))
        {
            string target = new FileInfo(descriptor).LinkTarget ?? "";
            if (target.StartsWith("socket:[", StringComparison.Ordinal))
            {
                Assert.Contains(target["socket:[".Length..^1], local);
            }
        }

        Assert.NotNull(answer["result"]);
    }
}
