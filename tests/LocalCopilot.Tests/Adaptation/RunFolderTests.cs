using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Tests.Adaptation;

public sealed class RunFolderTests : IDisposable
{
    private static readonly RunPlan Plan = new("/repo", "model", "head", null, 1000);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-runs-");

    private LocalCopilotPaths Paths => new() { ConfigurationDirectory = _folder.FullName, DataDirectory = _folder.FullName, StateDirectory = _folder.FullName, RuntimeDirectory = _folder.FullName };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void An_interrupted_round_goes_on_with_its_files_and_length()
    {
        RunFolder begun = RunFolder.Open(Paths, "r1", Plan);
        File.WriteAllText(begun.SamplesFile, "samples");
        begun.SetSteps(7);

        Assert.Equal(Plan with { Steps = 7 }, RunFolder.Interrupted(Paths, "r1"));
        RunFolder again = RunFolder.Open(Paths, "r1", Plan);
        Assert.Equal(7, again.Plan.Steps);
        Assert.True(File.Exists(again.SamplesFile));
        Assert.Null(RunFolder.Interrupted(Paths, "r2"));
    }

    [Theory]
    [InlineData("other model", "head", null, 1000)]
    [InlineData("model", "other head", null, 1000)]
    [InlineData("model", "head", "adapter", 1000)]
    [InlineData("model", "head", null, 2000)]
    public void Another_round_begins_with_nothing(string model, string head, string? beginning, long budget)
    {
        RunFolder begun = RunFolder.Open(Paths, "r1", Plan);
        File.WriteAllText(begun.SamplesFile, "samples");
        begun.SetSteps(7);

        RunFolder other = RunFolder.Open(Paths, "r1", new("/repo", model, head, beginning, budget));
        Assert.Null(other.Plan.Steps);
        Assert.False(File.Exists(other.SamplesFile));
    }

    [Fact]
    public void A_candidate_is_of_its_samples_and_recipe_alone()
    {
        RunFolder run = RunFolder.Open(Paths, "r1", Plan);
        File.WriteAllText(run.SamplesFile, "samples");
        string candidate = run.CandidateFile("recipe");
        File.WriteAllText(candidate + ".checkpoint", "checkpoint");
        Assert.Equal(candidate, run.CandidateFile("recipe"));
        Assert.True(File.Exists(candidate + ".checkpoint"));

        Assert.NotEqual(candidate, run.CandidateFile("other recipe"));
        Assert.False(File.Exists(candidate + ".checkpoint"));
        File.WriteAllText(run.SamplesFile, "other samples");
        Assert.NotEqual(candidate, run.CandidateFile("recipe"));
    }

    [Fact]
    public void A_plan_that_cannot_be_read_and_a_refresh_are_not_taken_up_again()
    {
        RunFolder.Open(Paths, "r1", Plan with { IsRefresh = true });
        Assert.Null(RunFolder.Interrupted(Paths, "r1"));

        RunFolder.Open(Paths, "r1", Plan);
        File.WriteAllText(Path.Combine(Paths.RunDirectory, "r1", "run.json"), "{ half");
        Assert.Null(RunFolder.Interrupted(Paths, "r1"));
        RunFolder.Open(Paths, "r1", Plan).Delete();
        Assert.Empty(Directory.GetDirectories(Paths.RunDirectory));
    }
}
