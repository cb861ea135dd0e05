namespace LocalCopilot.Daemon.Completion.Prompts;

/// <summary>Cuts the text around a cursor to what a prompt can hold, so that typing moves the cuts as seldom as possible.</summary>
/// <remarks>Every cut that moves costs the evaluation of all that follows it, so the prefix's moves by a quarter of the window at a time.</remarks>
internal static class TextWindow
{
    /// <summary>The end of a text, at most <paramref name="characters"/> long, from a line's start on.</summary>
    public static string End(string text, int characters)
    {
        if (text.Length <= characters)
        {
            return text;
        }

        int step = Math.Max(1, characters / 4);
        int least = text.Length - characters;
        int start = (least + step - 1) / step * step;
        int line = text.IndexOf('\n', Math.Max(0, start - 1));
        return line >= 0 && line + 1 < text.Length ? text[(line + 1)..] : text[^Math.Min(text.Length, step)..];
    }

    /// <summary>The start of a text, at most <paramref name="characters"/> long, up to a line's end.</summary>
    public static string Start(string text, int characters)
    {
        if (text.Length <= characters)
        {
            return text;
        }

        int line = text.LastIndexOf('\n', characters - 1);
        return line > 0 ? text[..(line + 1)] : text[..WholeCharacters(text, characters)];
    }

    private static int WholeCharacters(string text, int length) => length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
}
