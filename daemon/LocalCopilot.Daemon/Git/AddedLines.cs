using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>Lines of a file that a change added, one after another.</summary>
/// <param name="Start">Zero-based.</param>
internal readonly record struct AddedLines(int Start, int Count)
{
    private static readonly CompareOptions Lines = new() { ContextLines = 0, InterhunkLines = 0 };

    public int End => Start + Count;

    /// <summary>What is new in a file. A line that stood elsewhere in it before, or otherwise indented, or with another line end, is not.</summary>
    /// <param name="old">Null for a new file.</param>
    public static IReadOnlyList<AddedLines> Of(Repository repository, Blob? old, Blob blob)
    {
        ContentChanges changes = repository.Diff.Compare(old, blob, Lines);
        Dictionary<string, int> before = new(StringComparer.Ordinal);
        foreach (Line line in changes.DeletedLines)
        {
            string content = line.Content.Trim();
            before[content] = before.GetValueOrDefault(content) + 1;
        }

        List<AddedLines> added = [];
        foreach (Line line in changes.AddedLines)
        {
            string content = line.Content.Trim();
            if (before.TryGetValue(content, out int count) && count > 0)
            {
                before[content] = count - 1;
            }
            else if (added.Count > 0 && added[^1].End == line.LineNumber - 1)
            {
                added[^1] = added[^1] with { Count = added[^1].Count + 1 };
            }
            else
            {
                added.Add(new(line.LineNumber - 1, 1));
            }
        }

        return added;
    }
}
