using CsCheck;
using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Protocol;
using LocalCopilot.Tests.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Tests.Adapters;

public sealed class AdapterStoreTests : IDisposable
{
    private const string Model = "f1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-adapters-");

    private LocalCopilotPaths Paths => new() { ConfigurationDirectory = _folder.FullName, DataDirectory = _folder.FullName, StateDirectory = _folder.FullName, RuntimeDirectory = _folder.FullName };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_added_is_there_again_with_its_content()
    {
        StoredAdapter added;
        using (AdapterStore store = Open())
        {
            added = Add(store, "one", "r1");
            store.Activate(added);
        }

        using AdapterStore again = Open();
        Assert.Equal(added, again.Active("r1", Model));
        Assert.Equal("one", File.ReadAllText(again.FileOf(added).Path));
        Assert.Null(again.Active("r1", "other model"));
        Assert.Null(again.Active("r2", Model));
    }

    /// <summary>Against a list: activations of one repository, undone one by one, with adapters removed in between.</summary>
    [Fact]
    public void Rolling_back_goes_through_what_was_active_to_none() =>
        Gen.Int[0, 17].Array[1, 30].Sample(
            actions =>
            {
                using AdapterStore store = Open(Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N")));
                StoredAdapter[] adapters = [.. Enumerable.Range(0, 4).Select(i => Add(store, $"{i}", "r1"))];
                StoredAdapter other = Add(store, "other", "r2");
                store.Activate(other);
                List<string> expected = [];
                foreach (int action in actions)
                {
                    if (action < 4 && store.Catalogue.Find(adapters[action].Id).Count > 0)
                    {
                        store.Activate(adapters[action]);
                        expected.Add(adapters[action].Id);
                    }
                    else if (action < 10)
                    {
                        store.Rollback("r1", Model);
                        expected = expected.Count > 0 ? expected[..^1] : expected;
                    }
                    else if (action < 12)
                    {
                        store.Remove(adapters[action - 8]);
                        expected.RemoveAll(id => id == adapters[action - 8].Id);
                    }
                    else if (store.Catalogue.Find(adapters[action / 2 % 2].Id).Count > 0)
                    {
                        // A round's: it was measured beside what is active or, in the last two cases, beside what somebody has changed since.
                        bool isSameStep = action % 2 == 1 && expected.Count > 0;
                        StoredAdapter? measuredBeside = action < 16 ? store.Active("r1", Model) : other;
                        Assert.Equal(action < 16, store.TryActivate(adapters[action / 2 % 2], measuredBeside, isSameStep));
                        expected = action < 16 ? [.. isSameStep ? expected[..^1] : expected, adapters[action / 2 % 2].Id] : expected;
                    }

                    Assert.Equal(expected.LastOrDefault(), store.Active("r1", Model)?.Id);
                    Assert.Equal(other.Id, store.Active("r2", Model)?.Id);
                }
            },
            iter: 30);

    [Fact]
    public void What_a_crash_left_is_removed_and_what_the_catalogue_knows_stays()
    {
        StoredAdapter kept;
        using (AdapterStore store = Open())
        {
            kept = Add(store, "kept", "r1");
        }

        string half = Path.Combine(Paths.AdapterDirectory, "0000.gguf.part");
        File.WriteAllText(half, "half");

        using AdapterStore again = Open();
        StoredAdapter added = Add(again, "added", "r1");
        Assert.False(File.Exists(half));
        Assert.All((StoredAdapter[])[kept, added], adapter => Assert.True(again.IsWhole(adapter)));
    }

    [Theory]
    [InlineData("no database at all, but long enough to be read as a page of one")]
    [InlineData("")]
    public void A_damaged_catalogue_is_kept_aside_and_a_new_one_begun(string content)
    {
        string file;
        using (AdapterStore store = Open())
        {
            file = store.FileOf(Add(store, "kept", "r1")).Path;
        }

        File.WriteAllText(Paths.CatalogueFile, content);
        File.Delete(Paths.CatalogueFile + "-wal");

        using AdapterStore again = Open();
        Assert.Null(again.Active("r1", Model));
        StoredAdapter added = Add(again, "new", "r1");
        Assert.Equal(added.Id, Assert.Single(again.Catalogue.Of("r1")).Id);
        if (content.Length > 0)
        {
            Assert.Equal(content, File.ReadAllText(Paths.CatalogueFile + ".damaged"));
            Assert.True(File.Exists(file));
        }
    }

    [Fact]
    public void The_oldest_make_room_but_never_what_is_active_or_was_before()
    {
        using AdapterStore store = Open(options: new() { Adaptation = new() { MaxAdapterMegabytes = 1 } });
        List<StoredAdapter> adapters = [];
        for (int i = 0; i < 6; i++)
        {
            adapters.Add(Add(store, $"{i}" + new string('x', 300_000), "r1"));
            if (i < 2)
            {
                store.Activate(adapters[i]);
            }
        }

        Assert.Equal([5, 1, 0], store.Catalogue.Of("r1").Select(left => adapters.FindIndex(adapter => adapter.Id == left.Id)));
        Assert.Equal(3, Directory.GetFiles(Paths.AdapterDirectory).Length);
    }

    [Fact]
    public void Forgetting_leaves_nothing_of_a_repository_and_all_of_others()
    {
        using (AdapterStore store = Open())
        {
            StoredAdapter gone = Add(store, "gone-content", "r1");
            store.Activate(gone);
            store.Catalogue.AddRound(new("r1", Model, DateTimeOffset.UnixEpoch, AdaptationOutcome.Activated, "gone-reason", "gone-head", true, 1));
            store.Activate(Add(store, "other", "r2"));
            store.Forget("r1");

            Assert.Empty(store.Catalogue.Of("r1"));
            Assert.NotNull(store.Active("r2", Model));
        }

        foreach (string file in Directory.GetFiles(_folder.FullName, "*", SearchOption.AllDirectories))
        {
            string bytes = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file));
            Assert.DoesNotContain("gone-", bytes, StringComparison.Ordinal);
            Assert.DoesNotContain("/roots/r1", bytes, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Completions_see_a_change_at_once_and_an_unusable_adapter_never_again()
    {
        using AdapterStore store = Open();
        using ActiveAdapters active = new(store, TimeProvider.System, NullLogger<ActiveAdapters>.Instance);
        using InferenceEngine engine = EngineFixture.Create();
        ServedModel model = await engine.GetModelAsync(TestContext.Current.CancellationToken);
        string root = Path.Combine(_folder.FullName, "repository");
        StoredAdapter[] adapters = [.. ((string[])["one", "two"]).Select(content => Add(store, content, RepositoryKey.Of(root), model.Fingerprint))];

        Assert.Null(active.Of(root, model));
        store.Activate(adapters[0]);
        Assert.Equal(adapters[0].Id, active.Of(root, model)?.Id);
        store.Activate(adapters[1]);
        Assert.Equal(store.FileOf(adapters[1]), active.Of(root, model));
        Assert.Null(active.Of(null, model));
        Assert.Null(active.Of(root, model with { Fingerprint = "another" }));

        active.Failed(new(store.FileOf(adapters[1]), new IOException("no memory")));
        Assert.Equal(adapters[0].Id, active.Of(root, model)?.Id);
        await File.AppendAllTextAsync(store.FileOf(adapters[0]).Path, "more", TestContext.Current.CancellationToken);
        active.Failed(new(store.FileOf(adapters[0]), new IOException("damaged")));
        Assert.Null(active.Of(root, model));
        Assert.Equal(adapters[1].Id, Assert.Single(store.Catalogue.All()).Id);
        Assert.True(store.IsWhole(adapters[1]));

        store.Activate(adapters[1]);
        Assert.Equal(adapters[1].Id, active.Of(root, model)?.Id);
        store.Rollback(RepositoryKey.Of(root), model.Fingerprint);
        Assert.Null(active.Of(root, model));
    }

    private AdapterStore Open(string? data = null, LocalCopilotOptions? options = null) =>
        new(data is null ? Paths : Paths with { DataDirectory = data }, options ?? new(), NullLogger<AdapterStore>.Instance);

    private StoredAdapter Add(AdapterStore store, string content, string repository, string fingerprint = Model)
    {
        string file = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, content);
        StoredAdapter added = store.Add(file, (id, bytes) => new(id, repository, "/roots/" + repository, "model", fingerprint, DateTimeOffset.UnixEpoch.AddMinutes(1), "commit", 4, 8, 100, bytes, null, null));
        File.Delete(file);
        return added;
    }
}
