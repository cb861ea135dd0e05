using System.Diagnostics;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>No other user can connect: not by the folder's mode, and not past it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class OtherUserTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_user_is_turned_away_by_the_folder()
    {
        await using Sandbox sandbox = new();
        using LspClient client = await ConnectedAsync(sandbox);

        var (_, output) = await ConnectAsOtherAsync(sandbox);

        Assert.Contains("refused PermissionError", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_user_is_turned_away_by_the_daemon_where_the_modes_would_let_them_in()
    {
        await using Sandbox sandbox = new();
        using LspClient client = await ConnectedAsync(sandbox);
        foreach (string path in (string[])[sandbox.Root, Path.Combine(sandbox.Root, "run"), sandbox.Paths.RuntimeDirectory, sandbox.Paths.SocketFile])
        {
            File.SetUnixFileMode(path, (UnixFileMode)0x1FF);
        }

        var (_, output) = await ConnectAsOtherAsync(sandbox);

        Assert.Contains("hung up", output, StringComparison.Ordinal);
    }

    private static async Task<LspClient> ConnectedAsync(Sandbox sandbox)
    {
        Requirement.Holds(OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/usr/bin/setpriv"), "needs Linux, root and setpriv, to become a second user");
        Requirement.Holds(File.Exists("/usr/bin/python3"), "needs python3, as the second user's client");
        LspClient client = LspClient.Start(sandbox);
        await client.InitializeAsync(Cancelled);
        return client;
    }

    private static async Task<(int ExitCode, string Output)> ConnectAsOtherAsync(Sandbox sandbox)
    {
        const string Script = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(20)
            try:
                s.connect(sys.argv[1])
                print("hung up" if s.recv(1) == b"" else "served")
            except ConnectionResetError:
                print("hung up")
            except OSError as e:
                print("refused", type(e).__name__)
            """;
        using Process other = sandbox.StartProgram("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c", Script, sandbox.Paths.SocketFile);
        string output = await other.StandardOutput.ReadToEndAsync(Cancelled) + await other.StandardError.ReadToEndAsync(Cancelled);
        await other.WaitForExitAsync(Cancelled);
        return (other.ExitCode, output);
    }
}
