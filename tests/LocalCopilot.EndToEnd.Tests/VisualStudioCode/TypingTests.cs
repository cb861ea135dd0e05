namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>Typing over suggestions, as fast as keys can come: what stands in the file is what was typed and taken, to the byte.</summary>
[Collection(CodeServerCollection.Name)]
public class TypingTests
{
    private const string Before = "using System;\n\npublic static class Shapes\n{\n    public static int Area(int width, int height) => width * height;\n";
    private const string Indentation = "    ";
    private const string After = "\n    public static int Perimeter(int width, int height) => 2 * (width + height);\n}\n";
    private const string Start = "public static int Volume(int width, ";

    private readonly CodeServer _code;

    public TypingTests(CodeServer code)
    {
        _code = code;
        code.Require();
    }

    public static TheoryData<string> Kinds => ["plain", "CR LF", "tabs", "emoji"];

    [Theory(Explicit = true)]
    [MemberData(nameof(Kinds))]
    public async Task What_is_suggested_can_be_typed_and_the_rest_is_taken(string kind)
    {
        CodeWindow window = await OpenAsync(kind, Start.Length);
        await window.TypeAsync(Start);
        string shown = FirstLine(await window.ShownAsync());
        string typed = shown[..(shown.Length / 2)];

        await window.TypeAsync(typed);

        string rest = await window.ShownAsync(text => text.Length > 0 && FirstLine(text) == shown[typed.Length..]);
        await window.PressAsync("Tab");
        await window.NoneShownAsync();
        Assert.Equal(Text(kind, Start + typed + rest), await window.SavedTextAsync());
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Kinds))]
    public async Task Other_text_typed_over_a_suggestion_stays_as_it_was_typed(string kind)
    {
        const string Other = "decimal depth) => width; // no: 1, 2, 3";
        CodeWindow window = await OpenAsync(kind, Start.Length);
        await window.TypeAsync(Start);
        await window.ShownAsync();

        await window.TypeAsync(Other);

        Assert.Equal(Text(kind, Start + Other), await window.SavedTextAsync());
        // What is shown now, if anything, belongs behind it: taken, it is exactly what was seen.
        string shown = await SettledAsync(window);
        await window.PressAsync(shown.Length > 0 ? "Tab" : "End");
        await window.NoneShownAsync();
        Assert.Equal(Text(kind, Start + Other + shown), await window.SavedTextAsync());
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Kinds))]
    public async Task Undo_and_redo_go_through_what_was_typed_and_taken(string kind)
    {
        CodeWindow window = await OpenAsync(kind, Start.Length);
        string before = await window.SavedTextAsync();
        await window.TypeAsync(Start);
        string shown = await window.ShownAsync();
        await window.PressAsync("Tab");
        await window.NoneShownAsync();
        string taken = await window.SavedTextAsync();
        Assert.Equal(Text(kind, Start + shown), taken);

        await UntilAsync(window, "Control+z", before);
        await UntilAsync(window, "Control+Shift+z", taken);
    }

    [Fact(Explicit = true)]
    public async Task With_several_cursors_every_line_gets_what_was_typed_and_taken()
    {
        CodeWindow window = await OpenAsync("two lines", 0);
        await window.PressAsync("Control+Alt+ArrowDown");
        await window.TypeAsync(Start);
        string shown = await window.ShownAsync();
        await window.TypeAsync(shown[..1]);
        await window.ShownAsync(text => text == shown[1..]);

        await window.PressAsync("Tab");

        await window.NoneShownAsync();
        Assert.Equal(Text("two lines", Start + shown), await window.SavedTextAsync());
    }

    [Fact(Explicit = true)]
    public async Task Taking_back_what_was_typed_brings_no_text_of_an_older_suggestion()
    {
        CodeWindow window = await OpenAsync("plain", Start.Length);
        await window.TypeAsync(Start);
        await window.ShownAsync();
        for (int i = 0; i < 7; i++)
        {
            await window.PressAsync("Backspace");
        }

        string shown = await window.ShownAsync();
        await window.PressAsync("Tab");

        await window.NoneShownAsync();
        Assert.Equal(Text("plain", Start[..^7] + shown), await window.SavedTextAsync());
    }

    /// <summary>What is shown when nothing changes any more.</summary>
    private static async Task<string> SettledAsync(CodeWindow window)
    {
        string shown = await window.SuggestionAsync();
        for (int same = 0; same < 20;)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            string now = await window.SuggestionAsync();
            same = now == shown ? same + 1 : 0;
            shown = now;
        }

        return shown;
    }

    private static async Task UntilAsync(CodeWindow window, string key, string wanted)
    {
        for (int steps = 0; steps < 200 && await window.SavedTextAsync() != wanted; steps++)
        {
            await window.PressAsync(key);
        }

        Assert.Equal(wanted, await window.SavedTextAsync());
    }

    private async Task<CodeWindow> OpenAsync(string kind, int length)
    {
        CodeWindow window = await _code.OpenAsync($"Shapes{kind.Replace(" ", "", StringComparison.Ordinal)}{length}{Guid.NewGuid():N}.cs", Text(kind, ""));
        for (int line = Before.Count('\n'); line > 0; line--)
        {
            await window.PressAsync("ArrowDown");
        }

        await window.PressAsync("End");
        return window;
    }

    private static string FirstLine(string text) => text.Split('\n')[0];

    /// <summary>The file of a kind with something on its line.</summary>
    private static string Text(string kind, string line)
    {
        string text = kind switch
        {
            "emoji" => Before + Indentation + "/* 🧮 👩‍👩‍👧 é */ " + line + After,
            "two lines" => Before + Indentation + line + "\n" + Indentation + line + After,
            _ => Before + Indentation + line + After,
        };
        return kind switch
        {
            "tabs" => text.Replace(Indentation, "\t", StringComparison.Ordinal),
            "CR LF" => text.ReplaceLineEndings("\r\n"),
            _ => text,
        };
    }
}
