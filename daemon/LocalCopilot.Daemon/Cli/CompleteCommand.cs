using System.CommandLine;
using System.Globalization;
using System.Text;
using LocalCopilot.Daemon.Documents;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Daemon.Rpc;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>One completion at a place in a file, for the shell and for scripts.</summary>
internal static class CompleteCommand
{
    /// <summary>More than the daemon takes, whatever its settings.</summary>
    private const long MaxFileBytes = 256L << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Command Create(CommandContext context)
    {
        Argument<string> place = new("place") { Description = "FILE:LINE:COLUMN, both counted from 1 as editors show them; a column past the line's end is its end." };
        Option<bool> standardInput = new("--stdin") { Description = "Take the file's text from standard input." };
        NumberOption count = new("--count", least: 1) { Description = "Suggestions wanted, at most; 1 where it is left out." };
        NumberOption maxTokens = new("--max-tokens", least: 1) { Description = "Tokens of a suggestion, at most." };
        Option<bool> oneLine = new("--single-line") { Description = "One line only." };
        Option<bool> block = new("--multi-line") { Description = "A block." };
        Option<bool> noContext = new("--no-context") { Description = "Use no text of other files." };
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/complete." };
        Command command = new("complete", """
            Complete the code at a place in a file.

            Prints the text that would be inserted; with --count several, separated by lines of ---. The file needs no repository.
            Ends with 0, also when there is nothing to suggest; with 1 when the file or the model cannot be used, or LocalCopilot
            is off for the repository; with 3 when the daemon cannot be reached.
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
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (FilePlace.Parse(parsed.GetValue(place)!) is not { } at)
            {
                context.Error.WriteLine($"'{parsed.GetValue(place)}' is no place. Write FILE:LINE:COLUMN, counted from 1, e.g. src/Program.cs:12:9.");
                return ExitCodes.Usage;
            }

            if (await ReadAsync(context, at, parsed.GetValue(standardInput), cancellationToken) is not { } text)
            {
                return ExitCodes.Failure;
            }

            string file = Path.GetFullPath(at.File);
            CompleteParams request = new()
            {
                Path = file,
                Repository = RepositoryLocator.RootOf(file, []),
                Text = text,
                Position = new(at.Line - 1, at.Column - 1),
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
        CompleteResult result = await Waiting.ForAsync(context, "Completing ...", daemon.Control.CompleteAsync(request, cancellationToken));
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

    /// <returns>Null, and said why, where there is no such text or no such line in it.</returns>
    private static async Task<string?> ReadAsync(CommandContext context, FilePlace at, bool standardInput, CancellationToken cancellationToken)
    {
        string text;
        try
        {
            if (!standardInput && new FileInfo(at.File) is { Exists: true, Length: > MaxFileBytes } file)
            {
                context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at.File} has {file.Length / 1_000_000} MB, which is too large to complete in. Give a file of at most {MaxFileBytes / 1_000_000} MB."));
                return null;
            }

            await using Stream stream = standardInput ? Console.OpenStandardInput() : File.OpenRead(at.File);
            using StreamReader reader = new(stream, Strict);
            text = await reader.ReadToEndAsync(cancellationToken);
        }
        catch (DecoderFallbackException)
        {
            context.Error.WriteLine($"{(standardInput ? "Standard input" : at.File)} is no UTF-8 text. Convert it, or give another file.");
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            context.Error.WriteLine($"{at.File} cannot be read: {exception.Message}");
            return null;
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            context.Error.WriteLine($"{(standardInput ? "Standard input" : at.File)} is binary. Give a text file.");
            return null;
        }

        if (!TextOffsets.TryGet(text, new(at.Line - 1, 0), out _, out int lines))
        {
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at.File} has {lines} line{(lines == 1 ? "" : "s")}, and line {at.Line} was asked for. Lines are counted from 1."));
            return null;
        }

        return text;
    }
}
