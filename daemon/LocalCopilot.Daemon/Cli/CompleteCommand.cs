using System.CommandLine;
using System.Globalization;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Daemon.Rpc;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>One completion at a place in a file, for the shell and for scripts.</summary>
internal static class CompleteCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> place = new("place") { Description = "FILE:LINE:COLUMN, both counted from 1 as editors show them." };
        Option<bool> standardInput = new("--stdin") { Description = "Take the file's text from standard input." };
        Option<int?> count = new("--count") { Description = "Suggestions wanted, at most; 1 where it is left out." };
        Option<int?> maxTokens = new("--max-tokens") { Description = "Tokens of a suggestion, at most." };
        Option<bool> oneLine = new("--single-line") { Description = "One line only." };
        Option<bool> block = new("--multi-line") { Description = "A block." };
        Option<bool> noContext = new("--no-context") { Description = "Use no text of other files." };
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/complete." };
        Command command = new("complete", """
            Complete the code at a place in a file.

            What follows the place is not changed. Ends with 0, also when there is nothing to suggest.
            Examples:
              localcopilot complete src/Program.cs:12:9
              git show HEAD:a.py | localcopilot complete a.py:3:1 --stdin --json
            """)
        { place, standardInput, count, maxTokens, oneLine, block, noContext, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(oneLine) && result.GetValue(block))
            {
                result.AddError("--single-line and --multi-line exclude each other. Give one of them, or none to let the place decide.");
            }

            if (result.GetValue(count) < 1)
            {
                result.AddError("--count must be 1 or more.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (Parse(parsed.GetValue(place)!) is not var (file, line, column))
            {
                context.Error.WriteLine($"'{parsed.GetValue(place)}' is no place. Write FILE:LINE:COLUMN, e.g. src/Program.cs:12:9.");
                return ExitCodes.Usage;
            }

            string text;
            try
            {
                text = parsed.GetValue(standardInput) ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(file, cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                context.Error.WriteLine($"{file} cannot be read: {exception.Message}");
                return ExitCodes.Failure;
            }

            CompleteParams request = new()
            {
                Path = Path.GetFullPath(file),
                Repository = RepositoryLocator.RootOf(Path.GetFullPath(file), []),
                Text = text,
                Position = new(line - 1, column - 1),
                Count = parsed.GetValue(count),
                MaxTokens = parsed.GetValue(maxTokens),
                SingleLine = parsed.GetValue(oneLine) ? true : parsed.GetValue(block) ? false : null,
                UseContext = !parsed.GetValue(noContext),
            };
            return await DaemonCall.RunAsync(context, daemon => RunAsync(context, daemon, request, parsed.GetValue(json), cancellationToken), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, DaemonClient daemon, CompleteParams request, bool json, CancellationToken cancellationToken)
    {
        CompleteResult result = await daemon.Control.CompleteAsync(request, cancellationToken);
        if (json)
        {
            await context.WriteJsonAsync(result, cancellationToken);
            return ExitCodes.Success;
        }

        for (int i = 0; i < result.Completions.Count; i++)
        {
            if (i > 0)
            {
                context.Output.WriteLine("---");
            }

            await context.Output.Profile.Out.Writer.WriteLineAsync(result.Completions[i].Text.AsMemory(), cancellationToken);
        }

        if (result.Completions.Count == 0)
        {
            context.Error.WriteLine("Nothing to suggest there.");
        }

        return ExitCodes.Success;
    }

    private static (string File, int Line, int Column)? Parse(string place)
    {
        string[] parts = place.Split(':');
        return parts.Length >= 3
            && int.TryParse(parts[^2], NumberStyles.None, CultureInfo.InvariantCulture, out int line) && line > 0
            && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int column) && column > 0
            ? (string.Join(':', parts[..^2]), line, column)
            : null;
    }
}
