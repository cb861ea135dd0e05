namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>Suggestions of the real daemon and model in a real file of a real repository, in VS Code.</summary>
public class CompletionTests(CodeServer code) : CodeTests(code)
{
    private const string Methods = """
        public sealed class Sums
        {
            public int AddFirst(int first, int second)
            {
                var result = first + second;
                Console.WriteLine(result);
                return result;
            }

            public int AddSecond(int first, int second)
            {
                var result = first + second;
                Console.WriteLine(result);
                return result;
            }

            public int AddThird(int first, int second)
            ‸
        }

        """;

    [Fact]
    public async Task A_suggestion_is_taken_with_Tab_and_undone_in_one_step()
    {
        CodeWindow window = await OpenOnNewLineAsync();
        string empty = (await window.DocumentAsync()).Text;
        await window.TypeAsync(Typed);
        string shown = await window.SettlesAsync();
        Assert.NotEqual("", shown);

        await window.PressAsync("Tab");

        await window.SavesAsync(With(empty, Typed + shown));
        await window.PressAsync("Control+z");
        await window.SavesAsync(With(empty, Typed));
    }

    [Fact]
    public async Task A_suggestion_of_several_lines_is_taken_by_word_and_the_rest_whole()
    {
        CodeWindow window = await OpenAsync("Sums.cs", Methods);
        await window.TypeAsync("{");
        string shown = await window.SettlesAsync();
        Assert.True(shown.Split('\n').Length > 3, shown);

        string rest = await window.TakePartAsync("Control+ArrowRight", shown);
        Assert.NotEqual("", rest);
        await window.SavesAsync(Methods.Replace("‸", "{" + shown[..^rest.Length], StringComparison.Ordinal));

        await window.PressAsync("Tab");
        await window.SavesAsync(Methods.Replace("‸", "{" + shown, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_suggestion_of_several_lines_is_taken_line_by_line()
    {
        CodeWindow window = await OpenAsync("Sums.cs", Methods);
        await window.TypeAsync("{");
        string shown = await window.SettlesAsync();

        string rest = shown;
        while (rest.Contains('\n', StringComparison.Ordinal))
        {
            rest = await window.TakePartAsync("Control+Alt+ArrowRight", rest);
            await window.SavesAsync(Methods.Replace("‸", "{" + shown[..^rest.Length], StringComparison.Ordinal));
        }

        await window.PressAsync("Control+Alt+ArrowRight");
        await window.SavesAsync(Methods.Replace("‸", "{" + shown, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Escape_puts_a_suggestion_away_and_Tab_indents_then()
    {
        CodeWindow window = await OpenOnNewLineAsync();
        string empty = (await window.DocumentAsync()).Text;
        await window.TypeAsync(Typed);
        Assert.NotEqual("", await window.SettlesAsync());
        int accepted = window.Recording.SentOf("workspace/executeCommand").Count;

        await window.PressAsync("Escape");

        await window.NoneShownAsync();
        await window.SavesAsync(With(empty, Typed));
        Assert.Equal("", await window.SuggestionAsync());
        await window.PressAsync("Tab");
        int tab = 4 - (Typed.Length % 4);
        await window.SavesAsync(With(empty, Typed + new string(' ', tab)));
        Assert.Equal(accepted, window.Recording.SentOf("workspace/executeCommand").Count);
    }

    [Fact]
    public async Task A_suggestion_that_was_put_away_comes_when_it_is_asked_for()
    {
        CodeWindow window = await OpenOnNewLineAsync();
        await window.TypeAsync(Typed);
        await window.SettlesAsync();
        await window.PressAsync("Escape");
        await window.NoneShownAsync();

        await window.PressAsync("Alt+\\");

        await window.ShownAsync();
    }

    /// <summary>The file with something on its empty line.</summary>
    private static string With(string empty, string line)
    {
        int end = empty.LastIndexOf('}');
        return empty[..(end - 1)] + line + empty[(end - 1)..];
    }
}
