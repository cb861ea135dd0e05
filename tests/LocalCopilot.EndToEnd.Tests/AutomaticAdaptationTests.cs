using System.Text.Json.Nodes;
using LibGit2Sharp;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>Rounds of learning that nobody asked for, in the real daemon.</summary>
public class AutomaticAdaptationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_worked_on_is_learned_by_itself_and_so_is_what_is_committed_later()
    {
        await using LearnedRepository repository = new(automatic: true);
        using LspClient editor = LspClient.Start(repository.Sandbox);
        await editor.InitializeAsync(Cancelled);
        await OpenAsync(editor, Path.Combine(repository.Root, "services", "new.py"));

        JsonNode learned = await LearnedAsync(editor, repository.Root, status => status["adapter"] is not null);
        string reason = learned["reason"]!.GetValue<string>();
        Assert.StartsWith("Better on ", reason, StringComparison.Ordinal);

        repository.Grow(25);
        JsonNode again = await LearnedAsync(editor, repository.Root, status => status["reason"]?.GetValue<string>() is { } other && other != reason);
        using Repository git = new(repository.Root);
        Assert.Equal(git.Head.Tip.Sha, again["head"]!.GetValue<string>());
        JsonNode newest = JsonNode.Parse((await repository.Sandbox.RunAsync(Cancelled, "adapters", "list", repository.Root, "--json")).Output)![0]!;
        Assert.Equal(git.Head.Tip.Sha, newest["trainedThrough"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_damaged_adapter_and_a_damaged_repository_keep_no_other_from_being_learned()
    {
        await using LearnedRepository repository = new(automatic: true);
        string damaged = repository.ServeUntrained(file => File.WriteAllBytes(file, File.ReadAllBytes(file)[..1000]));
        string broken = Path.Combine(repository.Sandbox.Root, "broken");
        Repository.Clone(repository.Root, broken);
        DeleteFiles(broken);
        using LspClient editor = LspClient.Start(repository.Sandbox);
        await editor.InitializeAsync(Cancelled);
        await OpenAsync(editor, Path.Combine(broken, "services", "new.py"));
        await OpenAsync(editor, Path.Combine(repository.Root, "services", "new.py"));

        await LearnedAsync(editor, repository.Root, status => status["adapter"] is { } adapter && adapter["id"]!.GetValue<string>() != damaged);

        Assert.DoesNotContain(damaged, (await repository.Sandbox.RunAsync(Cancelled, "adapters", "list", repository.Root, "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_round_that_there_is_too_little_for_is_tried_again_when_there_is_more_and_not_before()
    {
        // The same again and again, which counts once.
        await using LearnedRepository repository = new(automatic: true, commits: 0);
        for (int i = 0; i < 80; i++)
        {
            repository.Write($"services/copy_{i}.py", LearnableRepository.Service("invoice", "settle", 1, new(1)));
            repository.Commit();
        }

        using LspClient editor = LspClient.Start(repository.Sandbox);
        await editor.InitializeAsync(Cancelled);
        await OpenAsync(editor, Path.Combine(repository.Root, "services", "new.py"));
        await Eventually.HoldsAsync(() => Rounds() > 0);

        // What begins by itself looks every two seconds.
        await Task.Delay(TimeSpan.FromSeconds(7), Cancelled);
        Assert.Equal(1, Rounds());

        repository.Grow(90);
        await LearnedAsync(editor, repository.Root, status => status["adapter"] is not null);

        int Rounds() => Sandbox.ReadShared(repository.Sandbox.Paths.LogFile).Split('\n').Count(line => line.Contains("NotEnoughSamples", StringComparison.Ordinal));
    }

    private static Task OpenAsync(LspClient editor, string file) => editor.OpenAsync(new Uri(file).AbsoluteUri, "import ledgerkit\n", Cancelled);

    /// <summary>The status of a repository that no round is learning.</summary>
    private static Task<JsonNode> LearnedAsync(LspClient editor, string root, Func<JsonNode, bool> isWanted) => editor.NotificationAsync(
        "localCopilot/adaptationChanged", status => status["root"]!.GetValue<string>() == root && status["state"]!.GetValue<string>() == "watching" && isWanted(status), Cancelled);

    /// <summary>Deletes the contents of all files from a history, so that its commits can be seen, but not read.</summary>
    private static void DeleteFiles(string root)
    {
        List<string> files = [];
        using (Repository repository = new(root))
        {
            files.AddRange(repository.ObjectDatabase.OfType<Blob>().Select(blob => blob.Sha));
        }

        foreach (string sha in files)
        {
            string file = Path.Combine(root, ".git", "objects", sha[..2], sha[2..]);
            File.SetAttributes(file, FileAttributes.Normal);
            File.Delete(file);
        }
    }
}
