using System.Globalization;
using LibGit2Sharp;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>A sandbox with a repository that can be learned, and settings that make a round short, and the model leave memory while it runs.</summary>
internal sealed class LearnedRepository : IAsyncDisposable
{
    private const string Gate = """{ "canaryItems": 24 }""";

    /// <summary>Enough for a repository that is learned so well.</summary>
    private const string SmallGate = """{ "canaryItems": 24, "leastItems": 20, "mostItems": 30 }""";

    private int _minutes;

    /// <param name="freshEvery">The setting of that name.</param>
    /// <param name="bundle">A real repository to be cloned, see <see cref="SharedFiles"/>; null: a small one is made up.</param>
    public LearnedRepository(string budget = "00:00:20", int freshEvery = 5, string? bundle = null)
    {
        Directory.CreateDirectory(Sandbox.Paths.ConfigurationDirectory);
        File.WriteAllText(
            Sandbox.Paths.SettingsFile,
            $$"""{ "engine": { "unloadAfter": "00:00:03" }, "adaptation": { "automatic": false, "budget": "{{budget}}", "freshEvery": {{freshEvery}}, "resumeAfter": "00:00:01" }, "gate": {{(bundle is null ? SmallGate : Gate)}} }""");
        if (bundle is not null)
        {
            SharedFiles.Clone(bundle, Root);
            return;
        }

        Repository.Init(Root);
        LearnableRepository.Fill(90, Write, () => Commit());
    }

    public Sandbox Sandbox { get; } = new();

    public string Root => Path.Combine(Sandbox.Root, "bookkeeping");

    /// <summary>Commits more of the same.</summary>
    public void Grow(int commits) => LearnableRepository.Add(_minutes, commits, Write, () => Commit(), new(_minutes));

    public void Write(string path, string text)
    {
        string file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public string Commit()
    {
        using Repository repository = new(Root);
        Commands.Stage(repository, "*");
        Signature author = new("Somebody", "somebody@example.org", DateTimeOffset.UnixEpoch.AddDays(1).AddMinutes(_minutes++));
        return repository.Commit(_minutes.ToString(CultureInfo.InvariantCulture), author, author).Sha;
    }

    public ValueTask DisposeAsync() => Sandbox.DisposeAsync();
}
