using System.Globalization;
using System.Text.RegularExpressions;

namespace LocalCopilot.Daemon.Models;

/// <summary>A model in several files, named <c>NAME-00001-of-00003.gguf</c> and so on, as llama.cpp writes and loads them.</summary>
internal static partial class SplitModel
{
    /// <summary>Whether a file is a later part: llama.cpp loads it with the first one.</summary>
    public static bool IsLaterPart(string path) => Name().Match(path) is { Success: true } part && part.Groups["number"].Value != "00001";

    /// <summary>The file's name without extension and number.</summary>
    public static string NameOf(string path)
    {
        string name = Path.GetFileName(path);
        return Name().Match(name) is { Success: true } part ? name[..part.Index] : Path.GetFileNameWithoutExtension(name);
    }

    /// <summary>The paths of all parts, whether they are there or not; of a model in one file that file.</summary>
    public static IReadOnlyList<string> PartsOf(string path)
    {
        if (Name().Match(path) is not { Success: true } part || !int.TryParse(part.Groups["count"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return [path];
        }

        return [.. Enumerable.Range(1, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"{path[..part.Index]}-{number:00000}-of-{count:00000}.gguf"))];
    }

    [GeneratedRegex(@"-(?<number>\d{5})-of-(?<count>\d{5})\.gguf$")]
    private static partial Regex Name();
}
