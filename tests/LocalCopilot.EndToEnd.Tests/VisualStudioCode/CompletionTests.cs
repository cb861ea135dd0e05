namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>Suggestions of the real daemon and model in a real file of a real repository, in VS Code.</summary>
[Collection(CodeServerCollection.Name)]
public class CompletionTests
{
    private const string File = "src/Sep/SepTrim.cs";
    private const string Typed = "    /// <summary>Trim ";

    private readonly CodeServer _code;

    public CompletionTests(CodeServer code)
    {
        _code = code;
        code.Require();
    }

    [Fact]
    public async Task A_suggestion_is_taken_with_Tab_and_undone_in_one_step()
    {
        await using CodeWindow window = await OpenAsync();
        await window.TypeAsync(Typed);
        string shown = await window.ShownAsync();

        await window.PressAsync("Tab");

        await window.NoneShownAsync();
        Assert.Contains(Typed + shown, await window.SavedTextAsync(), StringComparison.Ordinal);
        await window.PressAsync("Control+z");
        Assert.Contains(Typed + "\n", await window.SavedTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_is_taken_and_the_rest_of_the_same_suggestion_stays()
    {
        await using CodeWindow window = await OpenAsync();
        await window.TypeAsync(Typed);
        string shown = await window.ShownAsync();

        await window.PressAsync("Control+ArrowRight");

        string rest = await window.ShownAsync(text => text != shown);
        Assert.EndsWith(rest, shown, StringComparison.Ordinal);
        Assert.Contains(Typed + shown[..^rest.Length] + "\n", await window.SavedTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_is_taken()
    {
        await using CodeWindow window = await OpenAsync();
        await window.TypeAsync(Typed);
        string shown = await window.ShownAsync();

        await window.PressAsync("Control+Alt+ArrowRight");

        Assert.Contains(Typed + shown, await window.SavedTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Escape_puts_a_suggestion_away_and_leaves_the_text()
    {
        await using CodeWindow window = await OpenAsync();
        await window.TypeAsync(Typed);
        await window.ShownAsync();

        await window.PressAsync("Escape");

        await window.NoneShownAsync();
        Assert.True(await window.StaysAbsentAsync(".ghost-text-decoration"));
        Assert.Contains(Typed + "\n", await window.SavedTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tab_indents_where_there_is_nothing_to_take()
    {
        await using CodeWindow window = await OpenAsync();
        await window.TypeAsync(Typed);
        await window.ShownAsync();
        await window.PressAsync("Escape");
        await window.NoneShownAsync();

        await window.PressAsync("Tab");

        Assert.Contains(Typed + " ", await window.SavedTextAsync(), StringComparison.Ordinal);
    }

    /// <summary>On a new line at the end of the file as git has it.</summary>
    private async Task<CodeWindow> OpenAsync()
    {
        using (var git = _code.Sandbox.StartProgram("git", "-C", _code.Repository, "checkout", "--quiet", "--", File))
        {
            await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        CodeWindow window = await _code.OpenAsync(File);
        await window.PressAsync("Control+End");
        await window.PressAsync("ArrowUp");
        await window.PressAsync("ArrowUp");
        await window.PressAsync("End");
        await window.PressAsync("Enter");
        await window.PressAsync("Shift+Home");
        return window;
    }
}
