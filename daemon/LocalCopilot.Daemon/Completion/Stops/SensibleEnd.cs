using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Daemon.Completion.Stops;

/// <summary>What is worth showing of a text that ran out of time or tokens: its whole lines, or its line up to the last whole word.</summary>
internal static class SensibleEnd
{
    public static string Of(Generation generation)
    {
        string text = generation.Text;
        if (generation.End is not (GenerationEnd.DecodeBudget or GenerationEnd.MaxTokens))
        {
            return text;
        }

        int line = text.LastIndexOf('\n');
        return line > 0 && !string.IsNullOrWhiteSpace(text[..line]) ? text[..line] : WholeWords(text);
    }

    /// <summary>Nobody knows whether the last word goes on.</summary>
    private static string WholeWords(string text)
    {
        int length = text.Length;
        while (length > 0 && (char.IsLetterOrDigit(text[length - 1]) || text[length - 1] == '_'))
        {
            length--;
        }

        return text[..length];
    }
}
