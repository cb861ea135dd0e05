using System.Text;

namespace LocalCopilot.Daemon.Completion.Context;

/// <summary>Imports and signature lines of the part of a file that is too far above the cursor to be in the prompt.</summary>
internal static class FileOutline
{
    private const int MostImports = 12;
    private const int MostSignatures = 12;
    private const int LongestLine = 160;

    /// <summary>What is out of view grows by so much at a time, so that typing seldom changes the outline.</summary>
    private const int Step = 2048;

    private static readonly string[] Imports = ["using ", "import ", "from ", "#include ", "use ", "package ", "require(", "const "];
    private static readonly string[] Signatures = ["class ", "interface ", "struct ", "record ", "enum ", "def ", "function ", "func ", "fn ", "namespace ", "type "];
    private static readonly string[] Modifiers = ["public ", "internal ", "protected ", "private ", "static ", "export ", "async ", "abstract ", "sealed ", "override "];

    /// <param name="prefix">All text before the cursor.</param>
    /// <param name="inView">Characters before the cursor that are in the prompt in any case.</param>
    /// <returns>Whole lines; empty where nothing is out of view.</returns>
    public static string Of(ReadOnlySpan<char> prefix, int inView) => Of(prefix[..OutOfView(prefix.Length, inView)]);

    /// <summary>How much at the start of a prefix is out of view.</summary>
    public static int OutOfView(int prefixLength, int inView) => Math.Max(0, (prefixLength - inView) / Step * Step);

    /// <param name="outOfView">Text that is not in the prompt.</param>
    public static string Of(ReadOnlySpan<char> outOfView)
    {
        List<string> imports = [];
        Queue<string> signatures = new();
        foreach (ReadOnlySpan<char> line in outOfView.EnumerateLines())
        {
            if (line.Length is 0 or > LongestLine)
            {
                continue;
            }

            ReadOnlySpan<char> content = line.TrimStart();
            if (imports.Count < MostImports && content.Length == line.Length && StartsWithAny(content, Imports) && IsImport(content))
            {
                imports.Add(line.TrimEnd().ToString());
            }
            else if (IsSignature(content))
            {
                signatures.Enqueue(line.TrimEnd().ToString());
                if (signatures.Count > MostSignatures)
                {
                    signatures.Dequeue();
                }
            }
        }

        StringBuilder outline = new();
        foreach (string line in imports.Concat(signatures))
        {
            outline.Append(line).Append('\n');
        }

        return outline.ToString();
    }

    private static bool IsImport(ReadOnlySpan<char> line) => !line.StartsWith("const ") || line.Contains("require(", StringComparison.Ordinal);

    private static bool IsSignature(ReadOnlySpan<char> content)
    {
        bool modified = false;
        while (TryTakeAny(ref content, Modifiers))
        {
            modified = true;
        }

        return StartsWithAny(content, Signatures) || (modified && content.Contains('('));
    }

    private static bool TryTakeAny(ref ReadOnlySpan<char> text, string[] starts)
    {
        foreach (string start in starts)
        {
            if (text.StartsWith(start))
            {
                text = text[start.Length..];
                return true;
            }
        }

        return false;
    }

    private static bool StartsWithAny(ReadOnlySpan<char> text, string[] starts) => TryTakeAny(ref text, starts);
}
