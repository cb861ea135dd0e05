using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>`localcopilot train`: from a file of samples to an adapter, without a daemon.</summary>
public class TrainCommandTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static string Model => Path.Combine(AppContext.BaseDirectory, "models", "embedded-code-6.5m-q8_0.gguf");

    [Fact]
    public async Task Samples_of_text_become_an_adapter_and_it_says_what_came_of_it()
    {
        await using Sandbox sandbox = new();
        string samples = await WriteSamplesAsync(sandbox);
        string adapter = Path.Combine(sandbox.Root, "adapter.gguf"), peft = Path.Combine(sandbox.Root, "peft");

        var (exitCode, output, error) = await sandbox.RunAsync(
            Cancelled, "train", "--model", Model, "--data", samples, "--held-out", samples, "--out", adapter, "--peft", peft, "--epochs", "6", "--batch", "4", "--threads", "2");

        Assert.True(exitCode == 0, error);
        Assert.Contains("is trained: ", output, StringComparison.Ordinal);
        Assert.Contains("Loss on held-out samples: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output + error);
        Assert.True(new FileInfo(adapter).Length > 100_000);
        Assert.Equal(["adapter_config.json", "adapter_model.safetensors"], Directory.EnumerateFiles(peft).Select(Path.GetFileName).Order());

        // From there on, with the exported one, as lines of JSON.
        var (again, json, _) = await sandbox.RunAsync(
            Cancelled, "train", "--model", Model, "--data", samples, "--held-out", samples, "--from", peft, "--out", adapter, "--steps", "1", "--threads", "2", "--json");
        JsonNode[] reports = [.. json.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(0, again);
        Assert.Equal("Done", reports[^1]["phase"]!.GetValue<string>());
        double learned = reports[^1]["firstHeldOutLoss"]!.GetValue<double>();
        Assert.Contains(FormattableString.Invariant($"{learned:0.000} after"), output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data", "none.jsonl", "none.jsonl")]
    [InlineData("--model", "none.gguf", "none.gguf")]
    [InlineData("--rank", "0", "1 to 1024")]
    [InlineData("--memory", "50", "takes at least")]
    [InlineData("--device", "Vulkan9", "There is no device 'Vulkan9'")]
    public async Task What_cannot_be_done_is_said_in_one_line(string option, string value, string said)
    {
        await using Sandbox sandbox = new();
        Dictionary<string, string> options = new() { ["--model"] = Model, ["--data"] = await WriteSamplesAsync(sandbox), ["--out"] = Path.Combine(sandbox.Root, "adapter.gguf") };
        options[option] = value;

        var (exitCode, _, error) = await sandbox.RunAsync(Cancelled, ["train", .. options.SelectMany(pair => (string[])[pair.Key, pair.Value])]);

        Assert.Equal(1, exitCode);
        Assert.Contains(said, error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(options["--out"]));
    }

    private static async Task<string> WriteSamplesAsync(Sandbox sandbox)
    {
        string file = Path.Combine(sandbox.Root, "samples.jsonl");
        await File.WriteAllLinesAsync(
            file,
            Enumerable.Range(0, 12).Select(i => $$"""{"prompt": "<|file_sep|>a{{i}}.py\n<|fim_prefix|><|fim_suffix|>\n<|fim_middle|>def add_{{i}}(a, b):\n", "completion": "    return a + b + {{i}}\n"}"""),
            Cancelled);
        return file;
    }
}
