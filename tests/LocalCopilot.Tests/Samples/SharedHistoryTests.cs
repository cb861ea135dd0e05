using System.Diagnostics;
using System.Globalization;
using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Tests.Samples;

/// <summary>Real histories, against what git itself says. LOCALCOPILOT_HISTORY_COMMITS: how many commits of each are read, 300 if not given.</summary>
public sealed class SharedHistoryTests(ClonedRepositories clones, ITestOutputHelper output) : IClassFixture<ClonedRepositories>
{
    private const int Checked = 25;

    private static int Commits => int.Parse(Environment.GetEnvironmentVariable("LOCALCOPILOT_HISTORY_COMMITS") ?? "300", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("sep")]
    [InlineData("datasette")]
    [InlineData("vscode-languageserver-node")]
    public void Samples_of_a_real_history_are_what_its_commits_added(string name)
    {
        using ReadRepository read = new(clones.Clone(name), new() { MaxCommits = Commits });
        Stopwatch watch = Stopwatch.StartNew();
        read.Read();
        watch.Stop();

        IReadOnlyList<Sample> samples = read.Samples;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {read.Commits.Count} commits in {watch.ElapsedMilliseconds} ms; {samples.Count} samples of {samples.Select(sample => sample.Commit).Distinct().Count()} commits: "
            + $"{string.Join(", ", samples.GroupBy(sample => sample.Middle.Kind).OrderBy(kind => kind.Key).Select(kind => $"{kind.Count()} {kind.Key}"))}; "
            + $"left out: {string.Join(", ", read.Excluded.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}"))}"));
        Assert.NotEmpty(samples);
        Sample[] some = [.. samples];
        new Random(1).Shuffle(some);
        Assert.All(some.Take(Checked), sample =>
        {
            string[] middle = read.MiddleOf(sample).Split('\n');
            string[] added = Added(read.Root, sample);
            Assert.Contains(added, line => line.EndsWith(middle[0], StringComparison.Ordinal) || middle[0].Length == 0);
            Assert.All(middle.Skip(1).Where(line => line.Length > 0), line => Assert.Contains(line.TrimEnd(), added));
        });
    }

    /// <summary>The lines that a commit added to a file, by git itself.</summary>
    private static string[] Added(string root, Sample sample)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", ["show", "--unified=0", "--format=", "--find-renames", sample.Commit.Sha, "--", sample.Path, sample.OldPath]) { WorkingDirectory = root, RedirectStandardOutput = true })!;
        string patch = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return [.. patch.Split('\n').Where(line => line.StartsWith('+')).Select(line => line[1..].TrimEnd())];
    }
}
