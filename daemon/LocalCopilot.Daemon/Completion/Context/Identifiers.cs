namespace LocalCopilot.Daemon.Completion.Context;

/// <summary>The names in code, which say what it is about.</summary>
internal static class Identifiers
{
    private const int Shortest = 3;
    private const int Longest = 64;

    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "abstract", "and", "any", "args", "assert", "async", "await", "base", "bool", "boolean", "break", "case", "catch", "char", "class", "const", "continue", "def", "default", "del", "delete",
        "double", "elif", "else", "enum", "event", "except", "export", "extends", "false", "False", "final", "finally", "float", "for", "foreach", "from", "function", "get", "global", "goto", "implements",
        "import", "init", "int", "interface", "internal", "is", "lambda", "let", "long", "namespace", "new", "None", "not", "null", "number", "object", "out", "override", "package", "params", "pass",
        "private", "protected", "public", "raise", "readonly", "record", "ref", "required", "return", "sealed", "self", "set", "short", "static", "str", "string", "struct", "super", "switch", "this",
        "throw", "true", "True", "try", "type", "typeof", "undefined", "using", "value", "var", "virtual", "void", "when", "where", "while", "with", "yield",
    };

    /// <summary>The identifiers of a text in their order, keywords and very short ones left out; the same one as often as it stands there.</summary>
    public static IEnumerable<string> In(string text)
    {
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool inside = i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] == '_');
            if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                int length = i - start;
                if (length is >= Shortest and <= Longest && !char.IsAsciiDigit(text[start]) && text[start..i] is var identifier && !Keywords.Contains(identifier))
                {
                    yield return identifier;
                }

                start = -1;
            }
        }
    }

    /// <summary>The words that an identifier is made of, in lower case: <c>GetModelAsync</c> has get, model, async; none for one that is a single word.</summary>
    public static IEnumerable<string> WordsOf(string identifier)
    {
        int start = 0;
        for (int i = 1; i <= identifier.Length; i++)
        {
            bool ends = i == identifier.Length
                || identifier[i] == '_'
                || (char.IsUpper(identifier[i]) && (!char.IsUpper(identifier[i - 1]) || (i + 1 < identifier.Length && char.IsLower(identifier[i + 1]))));
            if (ends)
            {
                string word = identifier[start..i].Trim('_').ToLowerInvariant();
                if (word.Length >= Shortest && word.Length < identifier.Length)
                {
                    yield return word;
                }

                start = i;
            }
        }
    }
}
