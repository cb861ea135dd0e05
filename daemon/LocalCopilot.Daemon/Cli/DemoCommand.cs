using System.CommandLine;
using LibGit2Sharp;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Daemon.Rpc;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Shows LocalCopilot at work on a real repository, and measures it: completions at places where the rest of the line was taken away.</summary>
internal static class DemoCommand
{
    private const int DefaultPositions = 24;

    public static Command Create(CommandContext context)
    {
        Argument<string?> repository = new("repository") { Description = "A folder in a repository; left out: LocalCopilot's own, or the current folder's.", Arity = ArgumentArity.ZeroOrOne };
        Option<int?> count = new("--positions") { Description = $"Places to complete; {DefaultPositions} where it is left out." };
        Option<int> seed = new("--seed") { Description = "The same seed picks the same places." };
        Option<bool> noContext = new("--no-context") { Description = "Use no text of other files." };
        Option<bool> json = new("--json") { Description = "Print one JSON object with the summary and every place." };
        Command command = new("demo", """
            Complete lines of a real repository and show each beside what was really written.

            Takes the rest of a line away at places picked at random, asks the daemon as an editor would, and sums up: exact match,
            edit similarity (Ratcliff-Obershelp), both of the line with blanks around it left out, and the time to the whole line.
            The repository is only read.
            Examples:
              localcopilot demo
              localcopilot demo ~/src/project --positions 200 --json
            """)
        { repository, count, seed, noContext, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(count) is < 1)
            {
                result.AddError("--positions must be 1 or more.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            context,
            new(parsed.GetValue(repository), parsed.GetValue(count) ?? DefaultPositions, parsed.GetValue(seed), !parsed.GetValue(noContext), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, Request request, CancellationToken cancellationToken)
    {
        if (FindRepository(request.Repository) is not { } root)
        {
            context.Error.WriteLine($"{request.Repository ?? Environment.CurrentDirectory} belongs to no repository. Give a folder that git knows: localcopilot demo FOLDER.");
            return ExitCodes.Failure;
        }

        IReadOnlyList<LinePosition> positions;
        try
        {
            positions = LinePositions.Pick(root, request.Positions, request.Seed);
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
                DemoReport report = new(root, request.UseContext, await CompleteAllAsync(context, daemon, root, positions, request, cancellationToken));
                if (request.Json)
                {
                    await context.WriteJsonAsync(report.ToJson((await daemon.Control.StatusAsync(new(), cancellationToken)).Model.Id), cancellationToken);
                }
                else
                {
                    DemoView.Show(context.Output, report);
                }

                return ExitCodes.Success;
            },
            cancellationToken);
    }

    private static async Task<List<DemoItem>> CompleteAllAsync(CommandContext context, DaemonClient daemon, string root, IReadOnlyList<LinePosition> positions, Request request, CancellationToken cancellationToken)
    {
        if (!request.Json)
        {
            context.Output.MarkupLineInterpolated($"{positions.Count} places in [bold]{root}[/]");
        }

        await PrepareAsync(context, daemon, root, positions[0], request, cancellationToken);
        List<DemoItem> items = [];
        foreach (LinePosition position in positions)
        {
            long start = context.Time.GetTimestamp();
            CompleteResult result = await daemon.Control.CompleteAsync(Params(root, position, request.UseContext), cancellationToken);
            TimeSpan time = context.Time.GetElapsedTime(start);
            string completion = result.Completions.Count > 0 ? result.Completions[0].Text : "";
            DemoItem item = new(position, completion, LineScore.Of(completion, position.Expected), time, result);
            items.Add(item);
            if (!request.Json)
            {
                DemoView.Show(context.Output, item, items.Count, positions.Count);
            }
        }

        return items;
    }

    /// <summary>Loads the model and waits for the repository's index, so that neither is in the times.</summary>
    private static async Task PrepareAsync(CommandContext context, DaemonClient daemon, string root, LinePosition first, Request request, CancellationToken cancellationToken)
    {
        Task preparing = daemon.Control.CompleteAsync(Params(root, first, request.UseContext) with { Position = new(0, 0) }, cancellationToken);
        if (request.Json)
        {
            await preparing;
            return;
        }

        await context.Error.Status().StartAsync("Loading the model and reading the repository ...", _ => preparing);
    }

    private static CompleteParams Params(string root, LinePosition position, bool useContext) => new()
    {
        Repository = root,
        Path = position.Path,
        Text = position.Text,
        Position = new(position.Line, position.Character),
        SingleLine = true,
        UseContext = useContext,
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

    private sealed record Request(string? Repository, int Positions, int Seed, bool UseContext, bool Json);
}
