using System.CommandLine;
using System.CommandLine.Parsing;
using LibGit2Sharp;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Daemon.Rpc;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>Shows LocalCopilot at work on a real repository, and measures it: completions before and after learning, at places where the rest of the line was taken away.</summary>
internal static class DemoCommand
{
    public const string Name = "demo";

    private const int DefaultPositions = 24;

    /// <summary>Less than a first round takes, so that nobody has to wait long.</summary>
    private static readonly TimeSpan DefaultBudget = TimeSpan.FromMinutes(2);

    /// <summary>After Ctrl-C: for ending its daemon, which ends its training.</summary>
    public static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(30);

    public static Command Create(CommandContext context)
    {
        Argument<string?> repository = new("repository") { Description = "A folder in a repository; left out: LocalCopilot's own, or the current folder's.", Arity = ArgumentArity.ZeroOrOne };
        NumberOption count = new("--positions", least: 1) { Description = $"Places to complete; {DefaultPositions} where it is left out." };
        NumberOption seed = new("--seed", least: 0) { Description = "The same seed picks the same places; 0 where it is left out." };
        Option<DemoKind> kind = new("--kind") { HelpName = "line|block", CustomParser = KindOf, Description = "What is taken away: the rest of a line, or a block of at most 12 lines; line where it is left out." };
        Option<bool> noContext = new("--no-context") { Description = "Use no text of other files." };
        Option<bool> noLearning = new("--no-learning") { Description = "Only complete, at places in all files, with the running daemon and what it has learned." };
        BudgetOption budget = new("two minutes");
        Option<bool> json = new("--json") { Description = "Print one JSON object: the summary, and in \"items\" every place with what was expected and suggested." };
        Command command = new(Name, """
            Learn a real repository, and show completions before and after, beside what was really written.

            Hides the newest commits, a tenth or as many as the places need, and takes the rest of a line away at places picked at
            random from the lines that they wrote. Asks a daemon as an editor would, has it learn the older commits, and asks again
            if the gate passes what was learned. Sums up: exact match and edit similarity, both of the line with blanks around it
            left out, and the time to the whole line. Edit similarity is Ratcliff and Obershelp's: twice the characters in common,
            by the characters of both. A place is better or worse by exact match, then by edit similarity.
            The repository is only read. The daemon is started for the demo, with your settings and with folders of its own, and
            ended and deleted with them: what you have learned and recorded is neither used nor changed.
            Where nothing can be learned, it says why and shows completions alone.
            --json: "before" and "after" have the figures, "adaptation" is protocol.md's result of localCopilot/adapt, and "items"
            has each place with "before", "after" and "change": better, same or worse. Where nothing was learned, "after" is left
            out and "reason" says why. With --no-learning, figures and items have one completion, and are not nested.
            Ends with 0, with 1 when there is no repository, or nothing in it to complete, with 3 when the daemon cannot be reached,
            with 130 after Ctrl-C.
            Examples:
              localcopilot demo
              localcopilot demo ~/src/project --budget 5m --seed 7
              localcopilot demo ~/src/project --no-learning --positions 200 --no-context --json
            """)
        { repository, count, seed, kind, noContext, noLearning, budget, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(noLearning) && result.GetResult(budget) is not null)
            {
                result.AddError("--budget is for learning, and --no-learning leaves that out. Give one of them.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            context,
            new(parsed.GetValue(repository), parsed.GetValue(count) ?? DefaultPositions, parsed.GetValue(seed) ?? 0, parsed.GetValue(kind), !parsed.GetValue(noContext), !parsed.GetValue(noLearning), parsed.GetValue(budget) ?? DefaultBudget, parsed.GetValue(json)),
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

        try
        {
            return request.Learn ? await LearnAsync(context, root, request, cancellationToken) : await CompleteAsync(context, root, request, cancellationToken);
        }
        catch (LibGit2SharpException exception)
        {
            context.Error.WriteLine($"{root} cannot be read: {exception.Message}");
            return ExitCodes.Failure;
        }
        catch (Exception exception) when (exception is SettingsException or DaemonUnavailableException)
        {
            context.Error.WriteLine(exception.Message);
            return ExitCodes.DaemonUnavailable;
        }
    }

    private static async Task<int> CompleteAsync(CommandContext context, string root, DemoRequest request, CancellationToken cancellationToken)
    {
        string? head = HeadOf(root);
        IReadOnlyList<LinePosition> positions = await PickAsync(context, () => Places.Pick(root, request), cancellationToken);
        if (positions.Count == 0)
        {
            return NothingToComplete(context, root);
        }

        return await DaemonCall.RunAsync(
            context,
            async daemon =>
            {
                DemoReport report = await new CompletionDemo(context, new(context, daemon, root, head, request), request).RunAsync(root, head, positions, cancellationToken);
                return await EndAsync(context, request, report.ToJson(), cancellationToken);
            },
            cancellationToken);
    }

    private static async Task<int> LearnAsync(CommandContext user, string root, DemoRequest request, CancellationToken cancellationToken)
    {
        int mostCommits = SettingsFile.Load(user.Paths.SettingsFile).History.MaxCommits;
        string? head = HeadOf(root);
        HiddenPlaces? hidden = await PickAsync(user, () => HiddenPlaces.Pick(root, request, mostCommits, cancellationToken), cancellationToken);
        IReadOnlyList<LinePosition> positions = hidden?.Positions ?? await PickAsync(user, () => Places.Pick(root, request), cancellationToken);
        if (positions.Count == 0)
        {
            return NothingToComplete(user, root);
        }

        await using DemoFolder folder = await DemoFolder.CreateAsync(user, cancellationToken);
        CommandContext context = folder.Context;
        int exitCode = await DaemonCall.RunAsync(
            context,
            async daemon =>
            {
                DemoPass pass = new(context, daemon, root, head, request);
                DemoComparison comparison = hidden is null
                    ? await CompleteAloneAsync(context, pass, root, head, request, positions, cancellationToken)
                    : await new LearningDemo(context, daemon, pass, request).RunAsync(root, head!, hidden, cancellationToken);
                return await EndAsync(context, request, comparison.ToJson(), cancellationToken);
            },
            // One that is just being started could not be ended.
            CancellationToken.None);
        if (exitCode == ExitCodes.DaemonUnavailable)
        {
            folder.Keep();
        }

        return exitCode;
    }

    private static async Task<DemoComparison> CompleteAloneAsync(CommandContext context, DemoPass pass, string root, string? head, DemoRequest request, IReadOnlyList<LinePosition> positions, CancellationToken cancellationToken)
    {
        const string Reason = "There are too few commits with code to hide the newest and learn the others.";
        if (!request.Json)
        {
            context.Output.WriteLine($"Nothing can be learned, so these are completions alone: {Reason}");
        }

        return new(null, await new CompletionDemo(context, pass, request).RunAsync(root, head, positions, cancellationToken), null, null, Reason);
    }

    private static async Task<int> EndAsync(CommandContext context, DemoRequest request, object json, CancellationToken cancellationToken)
    {
        if (request.Json)
        {
            await context.WriteJsonAsync(json, cancellationToken);
        }

        return ExitCodes.Success;
    }

    private static Task<T> PickAsync<T>(CommandContext context, Func<T> pick, CancellationToken cancellationToken) => Waiting.ForAsync(context, "Picking places ...", Task.Run(pick, cancellationToken));

    private static string? HeadOf(string root)
    {
        using Repository repository = new(root);
        return repository.Head.Tip?.Sha;
    }

    private static int NothingToComplete(CommandContext context, string root)
    {
        context.Error.WriteLine($"{root} has no source file to complete in. Give another repository: localcopilot demo FOLDER.");
        return ExitCodes.Failure;
    }

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
