using System.CommandLine;
using System.Globalization;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>The models on this machine, and which one is served.</summary>
internal static class ModelsCommand
{
    public static Command Create(CommandContext context)
    {
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/models/list or select." };
        Command list = new("list", """
            List the GGUF models on this machine: the embedded one, and those that Ollama, LM Studio, Hugging Face and llama.cpp have here.

            Example: localcopilot models list
            """)
        { json };
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
                    context.Output.Write(Describe(models));
                }

                return ExitCodes.Success;
            },
            cancellationToken));

        Argument<string> model = new("model") { Description = "Path of a GGUF file, or an id of `models list`; `embedded` is the model that comes with the program." };
        Command select = new("select", """
            Serve another model from the next completion on, and remember it.

            A model that cannot be loaded is refused, and the one before stays.
            Examples:
              localcopilot models select ~/models/qwen2.5-coder-1.5b-q8_0.gguf
              localcopilot models select embedded
            """)
        { model, json };
        select.SetAction((parsed, cancellationToken) => DaemonCall.RunAsync(
            context,
            async daemon =>
            {
                string wanted = parsed.GetValue(model)!;
                bool isPath = wanted.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) || wanted.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal);
                ModelDescription selected = await daemon.Control.SelectModelAsync(isPath ? new() { Path = Path.GetFullPath(wanted) } : new() { Id = wanted }, cancellationToken);
                if (parsed.GetValue(json))
                {
                    await context.WriteJsonAsync(selected, cancellationToken);
                }
                else
                {
                    context.Output.WriteLine($"{selected.Id} is served now.");
                    if (selected.Reason is { } reason)
                    {
                        context.Error.WriteLine(reason);
                    }
                }

                return ExitCodes.Success;
            },
            cancellationToken));

        return new("models", "List the models on this machine, or select the one that is served.") { list, select };
    }

    private static Table Describe(IReadOnlyList<ModelDescription> models)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn("").AddColumn("id").AddColumn("from").AddColumn("kind").AddColumn("size").AddColumn("memory").AddColumn("fills in").AddColumn("trains").AddColumn("remark");
        foreach (ModelDescription model in models)
        {
            string parameters = model.Parameters is { } count ? string.Create(CultureInfo.InvariantCulture, $" {count / 1e6:0.#}M") : "";
            table.AddRow(
                new Text(model.Selected == true ? "*" : ""),
                new Text(model.Id),
                new Text(model.Source),
                new Text(model.Architecture + parameters),
                new Text(Megabytes(model.Bytes)),
                new Text(model.ServingBytes is { } bytes ? Megabytes(bytes) : ""),
                new Text(model.CanFillInMiddle ? "yes" : "no"),
                new Text(model.CanTrain ? "yes" : "no"),
                new Text(model.Reason ?? ""));
        }

        return table;
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB");
}
