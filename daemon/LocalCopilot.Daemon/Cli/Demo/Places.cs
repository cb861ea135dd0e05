using LocalCopilot.Daemon.Evaluation;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>The places of a demo.</summary>
internal static class Places
{
    /// <param name="newer">The lines to pick from; null: all.</param>
    /// <exception cref="LibGit2Sharp.LibGit2SharpException">The repository is damaged.</exception>
    public static IReadOnlyList<LinePosition> Pick(string root, DemoRequest request, NewerLines? newer = null) => request.Kind == DemoKind.Line
        ? LinePositions.Pick(root, request.Positions, request.Seed, newer)
        : BlockPositions.Pick(root, request.Positions, request.Seed, newer);
}
