using System.CommandLine;
using System.CommandLine.Parsing;
using LibGit2Sharp;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Rpc;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>Shows LocalCopilot at work on a real repository, and measures it: completions at places where the rest of the line was taken away.</summary>
internal static class DemoCommand
{
    private const int DefaultPositions = 24;

    public static Command Create(CommandContext context)
    {
        Argument<string?> repository = new("repository") { Description = "A folder in a repository; left out: LocalCopilot's own, or the current folder's.", Arity = ArgumentArity.ZeroOrOne };
        NumberOption count = new("--positions", least: 1) { Description = $"Places to complete; {DefaultPositions} where it is left out." };
        NumberOption seed = new("--seed", least: 0) { Description = "The same seed picks the same places; 0 where it is left out." };
        Option<DemoKind> kind = new("--kind") { HelpName = "line|block", CustomParser = KindOf, Description = "What is taken away: the rest of a line, or a block of at most 12 lines; line where it is left out." };
        Option<bool> noContext = new("--no-context") { Description = "Use no text of other files." };
        Option<bool> json = new("--json") { Description = "Print one JSON object: the summary, and in \"items\" every place with what was expected and suggested." };
        Command command = new("demo", """
            Complete lines of a real repository and show each beside what was really written.

            Takes the rest of a line away at places picked at random from the files that git knows, asks the daemon as an editor
            would, and sums up: exact match and edit similarity, both of the line with blanks around it left out, and the time to
            the whole line. Edit similarity is Ratcliff and Obershelp's: twice the characters in common, by the characters of both.
            The repository is only read.
            Ends with 0, with 1 when there is no repository, or nothing in it to complete, with 3 when the daemon cannot be reached.
            Examples:
              localcopilot demo
              localcopilot demo ~/src/project --kind block --seed 7
              localcopilot demo ~/src/project --positions 200 --no-context --json
            """)
        { repository, count, seed, kind, noContext, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            context,
            new(parsed.GetValue(repository), parsed.GetValue(count) ?? DefaultPositions, parsed.GetValue(seed) ?? 0, parsed.GetValue(kind), !parsed.GetValue(noContext), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static DemoKind KindOf(ArgumentResult result)
    {
        string given = result.Tokens is [{ } token] ? token.Value : "";
        if (given is not ("line" or "block"))
        {
            result.AddError($"--kind is '{given}'. Write line or block.");
        }

        return given == "block" ? DemoKind.Block : DemoKind.Line;
    }

    private static async Task<int> RunAsync(CommandContext context, DemoRequest request, CancellationToken cancellationToken)
    {
        if (FindRepository(request.Repository) is not { } root)
        {
            context.Error.WriteLine(WhyNoRepository(Path.GetFullPath(request.Repository ?? Environment.CurrentDirectory)));
            return ExitCodes.Failure;
        }

        if (RepositorySettings.Load(root).DisabledBy is { } reason)
        {
            context.Error.WriteLine($"LocalCopilot is off for {root}: {reason}. Give another repository: localcopilot demo FOLDER.");
            return ExitCodes.Failure;
        }

        IReadOnlyList<LinePosition> positions;
        string? head;
        try
        {
            using Repository repository = new(root);
            head = repository.Head.Tip?.Sha;
            positions = await Waiting.ForAsync(context, "Picking places ...", Task.Run(() => Pick(root, request), cancellationToken));
        }
        catch (LibGit2SharpException exception)
        {
            context.Error.WriteLine($"{root} cannot be read: {exception.Message}");
            return ExitCodes.Failure;
        }

        if (positions.Count == 0)
        {
            context.Error.WriteLine($"{root} has no source file to complete in. Give another repository: localcopilot demo FOLDER.");
            return ExitCodes.Failure;
        }

        return await DaemonCall.RunAsync(
            context,
            async daemon =>
            {
                DemoReport report = await new DemoRun(context, daemon, root, head, request).RunAsync(positions, cancellationToken);
                if (request.Json)
                {
                    await context.WriteJsonAsync(report.ToJson(), cancellationToken);
                }

                return ExitCodes.Success;
            },
            cancellationToken);
    }

    private static IReadOnlyList<LinePosition> Pick(string root, DemoRequest request) => request.Kind == DemoKind.Line
        ? LinePositions.Pick(root, request.Positions, request.Seed)
        : BlockPositions.Pick(root, request.Positions, request.Seed);

    private static string WhyNoRepository(string folder) => folder switch
    {
        _ when !Directory.Exists(folder) => $"There is no folder {folder}. Give one in a repository: localcopilot demo FOLDER.",
        _ when Repository.IsValid(folder) => $"{folder} is a bare repository: it has no files to complete in. Clone it, and give the clone: localcopilot demo FOLDER.",
        _ => $"{folder} belongs to no repository. Give a folder that git knows: localcopilot demo FOLDER.",
    };

    private static string? FindRepository(string? given)
    {
        if (given is not null)
        {
            return RepositoryLocator.RootOf(Path.GetFullPath(given), []);
        }

        return RepositoryLocator.RootOf(AppContext.BaseDirectory, []) is { } own && File.Exists(Path.Combine(own, "LocalCopilot.sln"))
            ? own
            : RepositoryLocator.RootOf(Environment.CurrentDirectory, []);
    }
}
