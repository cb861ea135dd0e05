using System.Diagnostics;
using System.Globalization;
using LocalCopilot.Llama;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Tests.Llama;
using LocalCopilot.Training;

namespace LocalCopilot.Tests.Training;

/// <summary>Training on a graphics processor gives what the processor gives: through Mesa's software Vulkan, which needs none.</summary>
/// <remarks>
/// The libraries come from npm, <c>npm ci</c> in tests/vulkan; the driver is Debian's mesa-vulkan-drivers. Real processes, since a
/// process has one set of llama.cpp's libraries.
/// </remarks>
[Collection(RunsAlone.Name)]
public class VulkanTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    /// <summary>A run takes half a minute; one that takes this long is killed, and its exit code tells.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private const string Driver = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json";
    private const string Package = "node_modules/@node-llama-cpp/linux-x64-vulkan/bins/linux-x64-vulkan";

    [Theory]
    [InlineData("llama-rope")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("granite")]
    [InlineData("starcoder2")]
    [InlineData("gemma")]
    public async Task Losses_of_a_run_are_those_of_the_processor(string kind) =>
        await LossesAreThoseOfTheProcessorAsync(TinyModel.Of(kind).Write(fixture.Folder), TinyModel.Vocabulary, rate: 1e-2, tolerance: 0.005);

    [Theory]
    [InlineData(GgufTensorType.Q8_0)]
    [InlineData(GgufTensorType.Q4_K)]
    public async Task With_quantized_weights_too(GgufTensorType type) => await LossesAreThoseOfTheProcessorAsync(
        new TinyModel("qwen2") { Width = 256, FeedForward = 512 }.Write(fixture.Folder, type), TinyModel.Vocabulary, rate: 1e-2, tolerance: 0.02);

    [Fact]
    public async Task And_with_the_embedded_model() => await LossesAreThoseOfTheProcessorAsync(EmbeddedModel.Path, vocabulary: 8000, rate: 2e-3, tolerance: 0.01);

    private async Task LossesAreThoseOfTheProcessorAsync(string model, int vocabulary, double rate, double tolerance)
    {
        string natives = Natives();
        string samples = Path.Combine(fixture.Folder, $"{Guid.NewGuid():N}.jsonl");
        TrainingJobs.WriteSamples(samples, TrainingFixture.RandomSamples(4, 32, vocabulary));
        double[] expected = await LossesAsync(model, samples, rate);
        double[] losses = await LossesAsync(
            model, samples, rate, (LlamaRuntime.FolderVariable, natives), ("VK_ICD_FILENAMES", Driver), ("VK_DRIVER_FILES", Driver), ("GGML_VK_VISIBLE_DEVICES", "0"));

        TestContext.Current.SendDiagnosticMessage($"processor {Text(expected)}; Vulkan {Text(losses)}");
        Assert.True(expected[^1] < 0.97 * expected[0], "Nothing was learned, so equal losses show nothing.");
        Assert.All(expected.Zip(losses), pair => Assert.Equal(pair.First, pair.Second, tolerance * pair.First));
    }

    private async Task<double[]> LossesAsync(string model, string samples, double rate, params (string Name, string Value)[] vulkan)
    {
        ProcessStartInfo start = new(
            WorkerProcess.Command,
            [
                "train", "--json", "--model", model, "--data", samples, "--out", Path.Combine(fixture.Folder, $"{Guid.NewGuid():N}.gguf"),
                "--rank", "4", "--epochs", "4", "--batch", "4", "--row-tokens", "128", "--threads", "1", "--learning-rate", rate.ToString(CultureInfo.InvariantCulture),
                .. vulkan.Length > 0 ? (string[])["--device", "Vulkan0"] : [],
            ])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in vulkan)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> reading = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        using Timer patience = new(_ => process.Kill(), null, Patience, Timeout.InfiniteTimeSpan);
        string output = await reading;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"train ended with {process.ExitCode}: {await error}{output}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(TrainingReport.FromJson).Where(report => report.Phase == TrainingPhase.Training && report.Loss is not null).Select(report => report.Loss!.Value)];
    }

    private static string Natives()
    {
        Requirement.Holds(OperatingSystem.IsLinux() && File.Exists(Driver), "Mesa's software Vulkan (apt-get install mesa-vulkan-drivers libvulkan1)");
        return Path.Combine(NodeTool.Folder("vulkan"), Package);
    }

    private static string Text(double[] losses) => string.Join(' ', losses.Select(loss => loss.ToString("0.0000", CultureInfo.InvariantCulture)));
}
