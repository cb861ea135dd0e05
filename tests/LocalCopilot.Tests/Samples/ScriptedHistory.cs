using CsCheck;

namespace LocalCopilot.Tests.Samples;

/// <summary>
/// Made-up histories in which every line says which commit wrote it: a name with <c>c12x</c> in it is of the commit with the number 12.
/// With branches, merges, clocks that are wrong, files that change, move and go.
/// </summary>
internal static class ScriptedHistory
{
    /// <param name="Parent">Added to the number of a commit before: which one it goes on from.</param>
    /// <param name="Merges">Whether it is a merge with the newest commit, where that is another.</param>
    /// <param name="Minutes">By how much its clock is wrong.</param>
    internal sealed record Step(int Parent, bool Merges, int Minutes, int File, int Line, int Lines, bool Renames);

    public static Gen<Step[]> Steps(int least, int most) =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Int[-500, 500], Gen.Int[0, 5], Gen.Int[0, 30], Gen.Int[1, 12], Gen.Int[0, 9])
            .Select((parent, merges, minutes, file, line, lines, renames) => new Step(parent, merges == 0, minutes, file, line, lines, renames == 0))
            .Array[least, most];

    /// <returns>The commits' ids, by number.</returns>
    public static string[] Write(LibGit2Sharp.Repository repository, Step[] steps)
    {
        List<LibGit2Sharp.Commit> commits = [];
        List<SortedDictionary<string, string[]>> trees = [];
        for (int number = 0; number < steps.Length; number++)
        {
            Step step = steps[number];
            int from = Math.Max(0, number - 1 - step.Parent);
            SortedDictionary<string, string[]> files = number == 0 ? new(StringComparer.Ordinal) : new(trees[from], StringComparer.Ordinal);
            List<LibGit2Sharp.Commit> parents = number == 0 ? [] : [commits[from]];
            if (step.Merges && number > 0 && from != number - 1)
            {
                // Theirs, where ours has no such file.
                parents.Add(commits[number - 1]);
                foreach (var (path, lines) in trees[number - 1])
                {
                    files.TryAdd(path, lines);
                }
            }
            else
            {
                // In two files, so that a commit could give itself away by its other one.
                Change(files, step, number);
                Change(files, step with { File = (step.File + 1) % 6, Renames = false }, number);
            }

            LibGit2Sharp.TreeDefinition definition = new();
            foreach (var (path, lines) in files)
            {
                using MemoryStream content = new(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
                definition.Add(path, repository.ObjectDatabase.CreateBlob(content), LibGit2Sharp.Mode.NonExecutableFile);
            }

            LibGit2Sharp.Signature author = new("Somebody", "somebody@example.org", DateTimeOffset.UnixEpoch.AddDays(100).AddMinutes((number * 60) + step.Minutes));
            commits.Add(repository.ObjectDatabase.CreateCommit(author, author, $"{number}", repository.ObjectDatabase.CreateTree(definition), parents, false));
            trees.Add(files);
        }

        return [.. commits.Select(commit => commit.Sha)];
    }

    private static void Change(SortedDictionary<string, string[]> files, Step step, int number)
    {
        string path = $"src/file_{step.File}.py";
        string[] lines = files.GetValueOrDefault(path) ?? [];
        int at = Math.Min(step.Line, lines.Length);
        string[] added = [.. Enumerable.Range(0, step.Lines).Select(line => $"value_c{number}x = shop_{step.File}.compute_c{number}x_{line}(order, price_{line})")];
        if (step.Renames && files.Remove(path))
        {
            path = $"src/moved_{step.File}_{number}.py";
        }

        files[path] = [.. lines[..at], .. added, .. lines[Math.Min(at + 2, lines.Length)..]];
    }
}
