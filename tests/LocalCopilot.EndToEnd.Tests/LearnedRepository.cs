using System.Globalization;
using LibGit2Sharp;
using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Training;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>A sandbox with a repository that can be learned, and settings that make a round short, and the model leave memory while it runs.</summary>
internal sealed class LearnedRepository : IAsyncDisposable
{
    private const string Gate = """{ "canaryItems": 24 }""";

    /// <summary>Enough for a repository that is learned so well.</summary>
    private const string SmallGate = """{ "canaryItems": 24, "leastItems": 20, "mostItems": 30 }""";

    private int _minutes;

    /// <param name="freshEvery">The setting of that name.</param>
    /// <param name="automatic">Whether rounds begin by themselves, a second after the last completion.</param>
    /// <param name="commits">Of the one that is made up.</param>
    /// <param name="bundle">A real repository to be cloned, see <see cref="SharedFiles"/>; null: a small one is made up.</param>
    public LearnedRepository(string budget = "00:00:20", int freshEvery = 5, bool automatic = false, int commits = 90, string? bundle = null)
    {
        Directory.CreateDirectory(Sandbox.Paths.ConfigurationDirectory);
        File.WriteAllText(
            Sandbox.Paths.SettingsFile,
            $$"""
            {
              "engine": { "unloadAfter": "00:00:03" },
              "adaptation": {
                "automatic": {{(automatic ? "true" : "false")}}, "idleAfter": "00:00:01", "maxOtherLoad": 1024, "samplesNeeded": 60,
                "budget": "{{budget}}", "freshEvery": {{freshEvery}}, "resumeAfter": "00:00:01"
              },
              "gate": {{(bundle is null ? SmallGate : Gate)}}
            }
            """);
        if (bundle is not null)
        {
            SharedFiles.Clone(bundle, Root);
            return;
        }

        Repository.Init(Root);
        LearnableRepository.Fill(commits, Write, () => Commit());
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

    /// <summary>Has an adapter served that changes nothing, from before the daemon starts.</summary>
    /// <param name="spoil">Done to its file in the end.</param>
    /// <returns>Its id.</returns>
    public string ServeUntrained(Action<string>? spoil = null)
    {
        string file = Path.Combine(Sandbox.Root, "untrained.gguf");
        using (LoraModel model = LoraModel.Open(EmbeddedModelFile.Path, new() { Rank = 4, Alpha = 8 }, new()))
        {
            model.SaveAdapter(file);
        }

        using AdapterStore store = new(Sandbox.Paths, new(), NullLogger<AdapterStore>.Instance);
        StoredAdapter adapter = store.Add(file, (id, bytes) => new(
            id, RepositoryKey.Of(Root), Root, "embedded", ModelFingerprint.Of(EmbeddedModelFile.Path), DateTimeOffset.UnixEpoch, "", 4, 8, 0, bytes, null, null));
        store.Activate(adapter);
        spoil?.Invoke(store.FileOf(adapter).Path);
        return adapter.Id;
    }

    public ValueTask DisposeAsync() => Sandbox.DisposeAsync();
}
