using System.CommandLine;
using System.Globalization;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Daemon.Models;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>The models on this machine, and which one is served.</summary>
internal static class ModelsCommand
{
    public static Command Create(CommandContext context) =>
        new("models", """
            List the models on this machine, or select the one that is served.

            Examples:
              localcopilot models list
              localcopilot models select embedded
            """)
        { CreateList(context), CreateSelect(context) };

    private static Command CreateList(CommandContext context)
    {
        Option<bool> all = new("--all") { Description = "Also files that cannot complete, with the reason." };
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/models/list: all files, as JSON." };
        Command list = new("list", """
            List the GGUF models on this machine: the embedded one, and those that Ollama, LM Studio, Hugging Face and llama.cpp have here.

            "memory" is what serving takes, estimated; "fills in" is no where only the text before the cursor is used;
            "trains" says whether adapters can be trained, and the memory that takes. * is served now.
            Ends with 0, with 3 when the daemon cannot be reached.
            Examples:
              localcopilot models list
              localcopilot models list --all --json
            """)
        { all, json };
        list.SetAction((parsed, cancellationToken) => DaemonCall.RunAsync(
            context,
            async daemon =>
            {
                IReadOnlyList<ModelDescription> models = await daemon.Control.ListModelsAsync(cancellationToken);
                if (parsed.GetValue(json))
                {
                    await context.WriteJsonAsync(models, cancellationToken);
                }
                else
                {
                    Show(context, models, parsed.GetValue(all));
                }

                return ExitCodes.Success;
            },
            cancellationToken));
        return list;
    }

    private static Command CreateSelect(CommandContext context)
    {
        Argument<string> model = new("model") { Description = "Path of a GGUF file, or an id of `models list`; `embedded` is the model that comes with the program." };
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/models/select." };
        Command select = new("select", """
            Serve another model from the next completion on, and remember it.

            A model that cannot be loaded is refused, and the one before stays.
            Ends with 0, with 1 when it was refused, with 3 when the daemon cannot be reached.
            Examples:
              localcopilot models select ~/models/qwen2.5-coder-1.5b-q8_0.gguf
              localcopilot models select qwen2.5-coder:1.5b
              localcopilot models select embedded
            """)
        { model, json };
        select.SetAction((parsed, cancellationToken) => DaemonCall.RunAsync(
            context,
            daemon => SelectAsync(context, daemon, parsed.GetValue(model)!, parsed.GetValue(json), cancellationToken),
            cancellationToken));
        return select;
    }

    private static async Task<int> SelectAsync(CommandContext context, DaemonClient daemon, string wanted, bool json, CancellationToken cancellationToken)
    {
        ModelsSelectParams selection = IsPath(wanted) ? new() { Path = Path.GetFullPath(wanted) } : new() { Id = wanted };
        ModelDescription selected = await Waiting.ForAsync(context, $"Loading {wanted} ...", daemon.Control.SelectModelAsync(selection, cancellationToken));
        if (json)
        {
            await context.WriteJsonAsync(selected, cancellationToken);
            return ExitCodes.Success;
        }

        context.Output.WriteLine($"{selected.Id} is served now.");
        if (selected.Reason is { } reason)
        {
            context.Error.WriteLine(reason);
        }

        return ExitCodes.Success;
    }

    /// <summary>Ids of other tools have slashes too, so a path is what is there, or looks like nothing else.</summary>
    private static bool IsPath(string wanted) =>
        wanted.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) || Path.IsPathFullyQualified(wanted) || wanted.StartsWith('.') || File.Exists(wanted);

    private static void Show(CommandContext context, IReadOnlyList<ModelDescription> models, bool all)
    {
        ModelDescription[] shown = [.. models.Where(model => all || model.CanComplete != false || model.Selected == true)];
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn("").AddColumn("id").AddColumn("from").AddColumn("kind").AddColumn("size").AddColumn("memory").AddColumn("fills in").AddColumn("trains");
        foreach (ModelDescription model in shown)
        {
            table.AddRow(
                new Text(model.Selected == true ? "*" : "", new Style(Color.Green)),
                new Text(model.Id, new Style(decoration: model.Selected == true ? Decoration.Bold : Decoration.None)),
                new Text(model.Source),
                new Text($"{model.Architecture} {Parameters(model)}".Trim()),
                new Text(ModelMemory.Describe(model.Bytes)),
                new Text(model.ServingBytes is { } bytes ? ModelMemory.Describe(bytes) : "-"),
                new Text(model.CanComplete == false ? "-" : model.CanFillInMiddle ? "yes" : "no"),
                new Text(model.TrainingBytes is { } training ? ModelMemory.Describe(training) : model.CanTrain ? "yes" : "no"));
        }

        context.Output.Write(table);
        foreach (ModelDescription model in shown.Where(model => model.Reason is not null))
        {
            context.Output.WriteLine($"{model.Id}: {model.Reason}");
        }

        if (models.Count > shown.Length)
        {
            context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{models.Count - shown.Length} more cannot complete; `localcopilot models list --all` says why."));
        }
    }

    private static string Parameters(ModelDescription model) => model.Parameters switch
    {
        null or 0 => "",
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{model.Parameters / 1e6:0.#}M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{model.Parameters / 1e9:0.#}B"),
    };
}
