namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>Suggestions of the real daemon and model in a real file of a real repository, in VS Code.</summary>
[Collection(CodeServerCollection.Name)]
public class CompletionTests
{
    private const string Typed = CodeServer.Typed;

    private readonly CodeServer _code;

    public CompletionTests(CodeServer code)
    {
        _code = code;
        code.Require();
    }

    [Fact(Explicit = true)]
    public async Task A_suggestion_is_taken_with_Tab_and_undone_in_one_step()
    {
        CodeWindow window = await _code.OpenOnNewLineAsync();
        await window.TypeAsync(Typed);
        string shown = await window.ShownAsync();

        await window.PressAsync("Tab");

        await window.NoneShownAsync();
        Assert.Contains(Typed + shown, await window.SavedTextAsync(), StringComparison.Ordinal);
        await window.PressAsync("Control+z");
        Assert.Contains(Typed + "\n", await window.SavedTextAsync(), StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task A_word_is_taken_and_the_rest_of_the_same_suggestion_stays()
    {
        CodeWindow window = await _code.OpenOnNewLineAsync();
        await window.TypeAsync(Typed);
        string shown = await window.ShownAsync();

        await window.PressAsync("Control+ArrowRight");

        string rest = await window.ShownAsync(text => text != shown);
        Assert.EndsWith(rest, shown, StringComparison.Ordinal);
        Assert.Contains(Typed + shown[..^rest.Length] + "\n", await window.SavedTextAsync(), StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task A_line_is_taken()
    {
        CodeWindow window = await _code.OpenOnNewLineAsync();
        await window.TypeAsync(Typed);
        string shown = await window.ShownAsync();

        await window.PressAsync("Control+Alt+ArrowRight");

        Assert.Contains(Typed + shown, await window.SavedTextAsync(), StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task Escape_puts_a_suggestion_away_and_leaves_the_text()
    {
        CodeWindow window = await _code.OpenOnNewLineAsync();
        await window.TypeAsync(Typed);
        await window.ShownAsync();

        await window.PressAsync("Escape");

        await window.NoneShownAsync();
        Assert.True(await window.StaysAbsentAsync(".ghost-text-decoration"));
        Assert.Contains(Typed + "\n", await window.SavedTextAsync(), StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task Tab_indents_where_there_is_nothing_to_take()
    {
        CodeWindow window = await _code.OpenOnNewLineAsync();
        await window.TypeAsync(Typed);
        await window.ShownAsync();
        await window.PressAsync("Escape");
        await window.NoneShownAsync();

        await window.PressAsync("Tab");

        Assert.Contains(Typed + " ", await window.SavedTextAsync(), StringComparison.Ordinal);
    }
}
