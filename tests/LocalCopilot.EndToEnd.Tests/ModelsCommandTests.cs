using System.Text.Json.Nodes;
using LocalCopilot.Llama.Gguf;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>`localcopilot models` with good, foreign and damaged files: whatever is selected, the daemon lives and completes.</summary>
public class ModelsCommandTests
{
    private const string Embedded = "embedded-code-6.5m-q8_0";
    private const string Code = "def add(first, second):\n    return \n";

    private static string EmbeddedFile => Path.Combine(AppContext.BaseDirectory, "models", Embedded + ".gguf");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_embedded_model_is_listed_and_selected()
    {
        await using Sandbox sandbox = new();

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "models", "list", "--json");

        Assert.Equal((0, ""), (exitCode, error));
        JsonNode model = Assert.Single(JsonNode.Parse(output)!.AsArray())!;
        Assert.Equal((Embedded, "embedded", true), (model["id"]!.GetValue<string>(), model["source"]!.GetValue<string>(), model["selected"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task A_model_of_another_tool_is_found_selected_remembered_and_given_up_again()
    {
        await using Sandbox sandbox = new();
        string file = Path.Combine(sandbox.Root, ".lmstudio", "models", "publisher", "other.gguf");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Copy(EmbeddedFile, file);
        await File.WriteAllTextAsync(Settings(sandbox), "{\n  // mine\n  \"engine\": { \"threads\": 1 }\n}\n", Cancelled);

        var select = await sandbox.RunAsync(Cancelled, "models", "select", "other");

        Assert.Equal((0, ""), (select.ExitCode, select.Error));
        Assert.Contains("// mine", await File.ReadAllTextAsync(Settings(sandbox), Cancelled), StringComparison.Ordinal);
        await sandbox.RunAsync(Cancelled, "stop");
        Assert.Equal("other", await CompleteAndNameModelAsync(sandbox));
        Assert.Equal(0, (await sandbox.RunAsync(Cancelled, "models", "select", "embedded")).ExitCode);
        await sandbox.RunAsync(Cancelled, "stop");
        Assert.Equal(Embedded, await CompleteAndNameModelAsync(sandbox));
    }

    [Fact]
    public async Task A_model_without_fill_in_the_middle_tokens_completes_from_its_prefix()
    {
        await using Sandbox sandbox = new();
        string file = await MakeAsync(sandbox, "prefix-only");

        var select = await sandbox.RunAsync(Cancelled, "models", "select", file);
        var complete = await sandbox.RunWithInputAsync(Code, Cancelled, "complete", Path.Combine(sandbox.Root, "a.py") + ":2:12", "--stdin", "--json", "--single-line");

        Assert.Equal(0, select.ExitCode);
        Assert.Contains("no fill-in-the-middle tokens", select.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (complete.ExitCode, complete.Error));
        Assert.True(JsonNode.Parse(complete.Output)!["generatedTokens"]!.GetValue<int>() > 0);
    }

    [Theory]
    [InlineData("missing", "There is no file")]
    [InlineData("text", "is no GGUF file")]
    [InlineData("empty", "is no GGUF file")]
    [InlineData("truncated", "is cut off")]
    [InlineData("corrupt", "is damaged")]
    public async Task A_file_that_cannot_be_used_is_refused_and_the_model_before_stays(string kind, string message)
    {
        await using Sandbox sandbox = new();
        string file = await MakeAsync(sandbox, kind);

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "models", "select", file);

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Contains(file, error, StringComparison.Ordinal);
        Assert.Contains("models list", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Settings(sandbox)));
        Assert.Equal(Embedded, await CompleteAndNameModelAsync(sandbox));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("text")]
    [InlineData("truncated")]
    [InlineData("corrupt")]
    public async Task Settings_that_name_a_file_that_cannot_be_used_are_said_by_every_completion_and_can_be_left_behind(string kind)
    {
        await using Sandbox sandbox = new();
        string file = await MakeAsync(sandbox, kind);
        await File.WriteAllTextAsync(Settings(sandbox), new JsonObject { ["model"] = new JsonObject { ["path"] = file } }.ToJsonString(), Cancelled);

        for (int i = 0; i < 2; i++)
        {
            var complete = await sandbox.RunWithInputAsync(Code, Cancelled, "complete", Path.Combine(sandbox.Root, "a.py") + ":2:12", "--stdin");
            Assert.Equal((1, ""), (complete.ExitCode, complete.Output));
            Assert.Contains(file, complete.Error, StringComparison.Ordinal);
        }

        JsonNode status = JsonNode.Parse((await sandbox.RunAsync(Cancelled, "status", "--json")).Output)!;
        Assert.Equal("failed", status["model"]!["state"]!.GetValue<string>());
        Assert.Equal(1, (await sandbox.RunAsync(Cancelled, "doctor")).ExitCode);
        Assert.Equal(0, (await sandbox.RunAsync(Cancelled, "models", "select", "embedded")).ExitCode);
        Assert.Equal(Embedded, await CompleteAndNameModelAsync(sandbox));
    }

    [Fact]
    public async Task Whatever_bytes_of_a_model_s_head_are_changed_the_daemon_lives()
    {
        await using Sandbox sandbox = new();
        string file = Path.Combine(sandbox.Root, "flipped.gguf");
        byte[] whole = await File.ReadAllBytesAsync(EmbeddedFile, Cancelled);
        int head = (int)GgufFile.Read(EmbeddedFile).DataOffset;
        await sandbox.RunAsync(Cancelled, "models", "list");
        int daemon = await sandbox.DaemonProcessIdAsync(Cancelled);
        Random random = new(5);
        int refused = 0;
        for (int round = 0; round < 25; round++)
        {
            byte[] changed = [.. whole];
            for (int flips = 0; flips < 3; flips++)
            {
                // Numbers and names that matter are at the beginning; the rest is the tokenizer, and the tensors at its end.
                changed[random.Next(3) switch { 0 => random.Next(4, 1200), 1 => random.Next(head - 4000, head), _ => random.Next(4, head) }] ^= (byte)(1 << random.Next(8));
            }

            await File.WriteAllBytesAsync(file, changed, Cancelled);
            var (exitCode, _, error) = await sandbox.RunAsync(Cancelled, "models", "select", file);

            Assert.True(exitCode == 0 || (exitCode == 1 && error.Length > 0), $"round {round}: {exitCode} {error}");
            refused += exitCode;
        }

        Assert.InRange(refused, 1, 25);
        Assert.Equal(daemon, await sandbox.DaemonProcessIdAsync(Cancelled));
        Assert.Equal(0, (await sandbox.RunAsync(Cancelled, "models", "select", "embedded")).ExitCode);
        Assert.Equal(Embedded, await CompleteAndNameModelAsync(sandbox));
    }

    [Fact]
    public async Task An_id_that_is_not_there_is_said()
    {
        await using Sandbox sandbox = new();

        var (exitCode, _, error) = await sandbox.RunAsync(Cancelled, "models", "select", "nothing:latest");

        Assert.Equal(1, exitCode);
        Assert.Contains("There is no model with the id nothing:latest", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_settings_cannot_be_written_the_model_is_served_and_that_is_said()
    {
        await using Sandbox sandbox = new();
        string file = Path.Combine(sandbox.Root, "other.gguf");
        File.Copy(EmbeddedFile, file);
        Directory.Delete(Path.Combine(sandbox.Root, "config"));
        await File.WriteAllTextAsync(Path.Combine(sandbox.Root, "config"), "in the way", Cancelled);

        var (exitCode, _, error) = await sandbox.RunAsync(Cancelled, "models", "select", file);

        Assert.Equal(0, exitCode);
        Assert.Contains("could not be remembered", error, StringComparison.Ordinal);
        Assert.Equal("other", await CompleteAndNameModelAsync(sandbox));
    }

    private static string Settings(Sandbox sandbox)
    {
        Directory.CreateDirectory(sandbox.Paths.ConfigurationDirectory);
        return sandbox.Paths.SettingsFile;
    }

    private static async Task<string> CompleteAndNameModelAsync(Sandbox sandbox)
    {
        var complete = await sandbox.RunWithInputAsync(Code, Cancelled, "complete", Path.Combine(sandbox.Root, "a.py") + ":2:12", "--stdin");
        Assert.Equal((0, ""), (complete.ExitCode, complete.Error));
        return JsonNode.Parse((await sandbox.RunAsync(Cancelled, "status", "--json")).Output)!["model"]!["id"]!.GetValue<string>();
    }

    private static async Task<string> MakeAsync(Sandbox sandbox, string kind)
    {
        string file = Path.Combine(sandbox.Root, kind + ".gguf");
        byte[] whole = await File.ReadAllBytesAsync(EmbeddedFile, Cancelled);
        switch (kind)
        {
            case "text":
                await File.WriteAllTextAsync(file, "<html>Not found</html>", Cancelled);
                break;
            case "empty":
                await File.WriteAllBytesAsync(file, [], Cancelled);
                break;
            case "truncated":
                await File.WriteAllBytesAsync(file, whole[..(whole.Length / 2)], Cancelled);
                break;
            case "prefix-only":
                // The same model, in which the tokens that a prompt needs are called by names that nobody knows.
                Span<byte> head = whole.AsSpan(0, (int)GgufFile.Read(EmbeddedFile).DataOffset);
                for (int at = head.IndexOf("fim_"u8); at >= 0; at = head.IndexOf("fim_"u8))
                {
                    head[at] = (byte)'x';
                }

                await File.WriteAllBytesAsync(file, whole, Cancelled);
                break;
            case "corrupt":
                // The number of layers, which llama.cpp itself would not survive.
                int key = whole.AsSpan().IndexOf("llama.block_count"u8);
                whole[key + "llama.block_count".Length + 4] = 0;
                await File.WriteAllBytesAsync(file, whole, Cancelled);
                break;
        }

        return file;
    }
}
