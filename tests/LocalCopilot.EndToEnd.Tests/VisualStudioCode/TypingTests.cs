namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>Typing over suggestions, as fast as keys can come: what stands in the file is what was typed and taken, to the byte.</summary>
public class TypingTests(CodeServer code) : CodeTests(code)
{
    private const string Before = "using System;\n\npublic static class Shapes\n{\n    public static int Area(int width, int height) => width * height;\n";
    private const string Indentation = "    ";
    private const string After = "\n    public static int Perimeter(int width, int height) => 2 * (width + height);\n}\n";
    private const string Start = "public static int Volume(int width, ";

    public static TheoryData<string> Kinds => ["plain", "CR LF", "tabs", "emoji"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_suggested_can_be_typed_and_the_rest_is_taken(string kind)
    {
        CodeWindow window = await OpenAsync(kind);
        await window.TypeAsync(Start);
        string shown = FirstLine(await window.SettlesAsync());
        Assert.True(shown.Length > 1, shown);
        string typed = shown[..(shown.Length / 2)];

        await window.TypeAsync(typed);

        string rest = await window.SettlesAsync();
        Assert.Equal(shown[typed.Length..], FirstLine(rest));
        await window.PressAsync("Tab");
        await window.SavesAsync(Text(kind, Start + typed + rest));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Other_text_typed_over_a_suggestion_stays_as_it_was_typed(string kind)
    {
        const string Other = "decimal depth) => width; // no: 1, 2, 3";
        CodeWindow window = await OpenAsync(kind);
        await window.TypeAsync(Start);
        Assert.NotEqual("", await window.SettlesAsync());

        await window.TypeAsync(Other);

        // What is shown now, if anything, belongs behind it: taken, it is exactly what was seen.
        string shown = await window.SettlesAsync();
        await window.SavesAsync(Text(kind, Start + Other));
        await window.PressAsync(shown.Length > 0 ? "Tab" : "End");
        await window.SavesAsync(Text(kind, Start + Other + shown));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Undo_and_redo_go_through_what_was_typed_and_taken(string kind)
    {
        CodeWindow window = await OpenAsync(kind);
        string before = (await window.DocumentAsync()).Text;
        await window.TypeAsync(Start);
        string shown = await window.SettlesAsync();
        await window.PressAsync("Tab");
        string taken = Text(kind, Start + shown);
        await window.SavesAsync(taken);

        await RepeatAsync(window, "Control+z", before);
        await RepeatAsync(window, "Control+Shift+z", taken);
        await window.SavesAsync(taken);
    }

    [Fact]
    public async Task With_several_cursors_every_line_gets_what_was_typed_and_taken()
    {
        CodeWindow window = await OpenAsync("two lines");
        await window.PressAsync("Shift+Alt+ArrowUp");
        await window.TypeAsync(Start);
        string shown = await window.SettlesAsync(cursors: 2);
        await window.TypeAsync(shown[..1]);
        string rest = await window.SettlesAsync(cursors: 2);
        Assert.NotEqual("", rest);

        await window.PressAsync("Tab");

        await window.SavesAsync(Text("two lines", Start + shown[..1] + rest));
    }

    [Fact]
    public async Task Taking_back_what_was_typed_brings_no_text_of_an_older_suggestion()
    {
        CodeWindow window = await OpenAsync("plain");
        await window.TypeAsync(Start);
        await window.SettlesAsync();
        for (int i = 0; i < 7; i++)
        {
            await window.PressAsync("Backspace");
        }

        string shown = await window.SettlesAsync();
        await window.PressAsync(shown.Length > 0 ? "Tab" : "End");

        await window.SavesAsync(Text("plain", Start[..^7] + shown));
    }

    /// <summary>Presses a key that changes the text each time, until the text is what is wanted.</summary>
    private static async Task RepeatAsync(CodeWindow window, string key, string wanted)
    {
        var (text, _, version) = await window.DocumentAsync();
        for (int steps = 0; steps < 50 && text != wanted; steps++)
        {
            int before = version;
            await window.PressAsync(key);
            await CodeWindow.UntilAsync($"{key} changes the text", async () =>
            {
                (text, _, version) = await window.DocumentAsync();
                return version > before;
            });
        }

        Assert.Equal(wanted, text);
    }

    private Task<CodeWindow> OpenAsync(string kind) => OpenAsync("Shapes.cs", Text(kind, "‸"));

    private static string FirstLine(string text) => text.Split('\n')[0];

    /// <summary>The file of a kind with something on its line.</summary>
    private static string Text(string kind, string line)
    {
        string text = kind switch
        {
            "emoji" => Before + Indentation + "/* 🧮 👩‍👩‍👧 é */ " + line + After,
            "two lines" => Before + Indentation + line.Replace("‸", "", StringComparison.Ordinal) + "\n" + Indentation + line + After,
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
