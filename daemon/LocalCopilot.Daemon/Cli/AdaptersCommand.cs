using System.CommandLine;
using System.Globalization;
using LocalCopilot.Daemon.Models;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>The adapters of a repository: which there are, which one is served, and back.</summary>
internal static class AdaptersCommand
{
    private const int ShortId = 8;

    public static Command Create(CommandContext context) =>
        new("adapters", """
            List a repository's adapters, choose the one that is served, go back, remove, export.

            Examples:
              localcopilot adapters list
              localcopilot adapters rollback
              localcopilot adapters export 5f2c81d0 --format peft adapter/
            """)
        { CreateList(context), CreateActivate(context), CreateRollback(context), CreateRemove(context), CreateExport(context) };

    private static Command CreateList(CommandContext context)
    {
        RepositoryArgument repository = new();
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/adapters/list." };
        Command list = new("list", """
            List a repository's adapters, the newest first, with what the gate measured on commits that they had not seen.

            * is served now. Ends with 0, with 1 when there is no repository, with 3 when the daemon cannot be reached.
            Examples:
              localcopilot adapters list
              localcopilot adapters list ~/src/project --json
            """)
        { repository, json };
        list.SetAction((parsed, cancellationToken) => DaemonCall.RunAsync(
            context,
            async daemon =>
            {
                IReadOnlyList<Adapter> adapters = await daemon.Learning.ListAdaptersAsync(new(repository.Of(parsed)), cancellationToken);
                if (parsed.GetValue(json))
                {
                    await context.WriteJsonAsync(adapters, cancellationToken);
                }
                else if (adapters.Count == 0)
                {
                    context.Output.WriteLine("There are none yet. `localcopilot adapt` trains one.");
                }
                else
                {
                    Show(context.Output, adapters);
                }

                return ExitCodes.Success;
            },
            cancellationToken));
        return list;
    }

    private static Command CreateActivate(CommandContext context)
    {
        Argument<string> id = IdArgument();
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/adapters/activate." };
        Command activate = new("activate", """
            Serve an adapter from the next completion on. One that the gate rejected is refused.

            Ends with 0, with 1 when it was refused, with 3 when the daemon cannot be reached.
            Example:
              localcopilot adapters activate 5f2c81d0
            """)
        { id, json };
        activate.SetAction((parsed, cancellationToken) => DaemonCall.RunAsync(
            context,
            async daemon =>
            {
                Adapter adapter = await daemon.Learning.ActivateAdapterAsync(new(parsed.GetValue(id)!), cancellationToken);
                if (parsed.GetValue(json))
                {
                    await context.WriteJsonAsync(adapter, cancellationToken);
                }
                else
                {
                    context.Output.WriteLine($"{adapter.Id[..ShortId]} is served in {adapter.Repository} now.");
                }

                return ExitCodes.Success;
            },
            cancellationToken));
        return activate;
    }

    private static Command CreateRollback(CommandContext context)
    {
        RepositoryArgument repository = new();
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/adapters/rollback." };
        Command rollback = new("rollback", """
            Go back to the adapter that was served before the last round, then to the one before that, then to none. At once.

            Ends with 0, with 1 when there is no repository, with 3 when the daemon cannot be reached.
            Examples:
              localcopilot adapters rollback
              localcopilot adapters rollback ~/src/project
            """)
        { repository, json };
        rollback.SetAction((parsed, cancellationToken) => DaemonCall.RunAsync(
            context,
            async daemon =>
            {
                AdaptersRollbackResult result = await daemon.Learning.RollBackAdapterAsync(new(repository.Of(parsed)), cancellationToken);
                if (parsed.GetValue(json))
                {
                    await context.WriteJsonAsync(result, cancellationToken);
                }
                else
                {
                    context.Output.WriteLine(result.Active is { } active ? $"{active.Id[..ShortId]} is served now." : "The base model is served now, without an adapter.");
                }

                return ExitCodes.Success;
            },
            cancellationToken));
        return rollback;
    }

    private static Command CreateRemove(CommandContext context)
    {
        Argument<string> id = IdArgument();
        Command remove = new("remove", """
            Delete an adapter. Where it was served, the one before it is.

            Ends with 0, with 1 when there is none, with 3 when the daemon cannot be reached.
            Example:
              localcopilot adapters remove 5f2c81d0
            """)
        { id };
        remove.SetAction((parsed, cancellationToken) => DaemonCall.RunAsync(
            context,
            async daemon =>
            {
                await daemon.Learning.RemoveAdapterAsync(new(parsed.GetValue(id)!), cancellationToken);
                context.Output.WriteLine($"{parsed.GetValue(id)} is removed.");
                return ExitCodes.Success;
            },
            cancellationToken));
        return remove;
    }

    private static Command CreateExport(CommandContext context)
    {
        Argument<string> id = IdArgument();
        Argument<string> path = new("path") { Description = "A file (gguf) or a folder (peft) to write." };
        Option<AdapterFormat> format = new("--format") { HelpName = "gguf|peft", Description = "llama.cpp's format or Hugging Face PEFT's; gguf where it is left out." };
        Command export = new("export", """
            Write an adapter for other programs: llama.cpp's --lora, or Hugging Face's PEFT.

            Ends with 0, with 1 when it cannot be written, with 3 when the daemon cannot be reached.
            Examples:
              localcopilot adapters export 5f2c81d0 adapter.gguf
              localcopilot adapters export 5f2c81d0 --format peft adapter/
            """)
        { id, path, format };
        export.SetAction((parsed, cancellationToken) => DaemonCall.RunAsync(
            context,
            async daemon =>
            {
                string target = Path.GetFullPath(parsed.GetValue(path)!);
                await daemon.Learning.ExportAdapterAsync(new(parsed.GetValue(id)!, parsed.GetValue(format), target), cancellationToken);
                context.Output.WriteLine($"{target} is written.");
                return ExitCodes.Success;
            },
            cancellationToken));
        return export;
    }

    private static Argument<string> IdArgument() => new("id") { Description = "Id of the adapter, or its first characters." };

    private static void Show(IAnsiConsole output, IReadOnlyList<Adapter> adapters)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn("").AddColumn("id").AddColumn("trained").AddColumn("model").AddColumn("size").AddColumn("state").AddColumn("bits/byte").AddColumn("exact match");
        foreach (Adapter adapter in adapters)
        {
            bool isActive = adapter.State == AdapterState.Active;
            table.AddRow(
                new Text(isActive ? "*" : "", new Style(Color.Green)),
                new Text(adapter.Id[..ShortId], new Style(decoration: isActive ? Decoration.Bold : Decoration.None)),
                new Text(adapter.CreatedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)),
                new Text(adapter.Model),
                new Text(ModelMemory.Describe(adapter.Bytes)),
                new Text(adapter.State.ToString().ToLowerInvariant()),
                new Text(adapter.Evaluation is { } bits ? string.Create(CultureInfo.InvariantCulture, $"{bits.Base.BitsPerByte:0.000} -> {bits.Candidate.BitsPerByte:0.000}") : "-"),
                new Text(adapter.Evaluation is { } exact ? string.Create(CultureInfo.InvariantCulture, $"{exact.Base.ExactMatch * 100:0.0} % -> {exact.Candidate.ExactMatch * 100:0.0} %") : "-"));
        }

        output.Write(table);
    }
}
