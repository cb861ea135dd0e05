using System.Text;
using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Completion.Rhythm;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Documents;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.EndToEnd.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Benchmarks;

/// <summary>Everything of a completion but the model: 5,000 lines are open, 10,000 files are indexed, and somebody types.</summary>
internal static class OwnShare
{
    private const int Files = 10_000;
    private const int Lines = 5_000;
    private const int KeysOfLine = 20;
    private const int Keystrokes = 4400;

    /// <summary>While the runtime still compiles what every key runs through, as in a daemon's first minute.</summary>
    private const int WarmUp = 400;

    /// <summary>Less than anybody needs. Without a pause the collector of what hundreds of keys leave behind would be measured, which no user meets.</summary>
    private static readonly TimeSpan BetweenKeys = TimeSpan.FromMilliseconds(30);

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using Sandbox sandbox = new();
        string root = Path.Combine(sandbox.Root, "repository");
        WriteRepository(root);
        LocalCopilotOptions options = new();
        using InferenceEngine engine = new(options, TimeProvider.System, NullLogger<InferenceEngine>.Instance);
        using ContextSource source = new(sandbox.Paths, options, new OpenDocuments(), NullLogger<ContextSource>.Instance);
        using AdapterStore store = new(sandbox.Paths, options, NullLogger<AdapterStore>.Instance);
        using ActiveAdapters adapters = new(store, TimeProvider.System, NullLogger<ActiveAdapters>.Instance);
        using StickyContext context = new([source], TimeProvider.System);
        CompletionService service = new(engine, options, context, new(), new(), new TypingRhythms(TimeProvider.System), adapters, new(TimeProvider.System), TimeProvider.System);
        long start = TimeProvider.System.GetTimestamp();
        await source.WhenIndexedAsync(root, cancellationToken);
        Console.WriteLine($"{Files} files were indexed in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s");

        Measurements shares = new();
        Measurements whole = new();
        DocumentStore documents = new();
        string uri = new Uri(Path.Combine(root, "Open.cs")).AbsoluteUri;
        IEnumerable<string> lines = Enumerable.Range(0, Lines).Select(line => $"        var value{line} = service{line % 97}.Compute{line % 13}(index, {line});");
        documents.Open(new(uri, "csharp", 0, string.Join('\n', lines)));
        for (int typed = 0; typed < Keystrokes; typed++)
        {
            int line = 2500 + (typed / KeysOfLine);
            int column = 12 + (typed % KeysOfLine);
            string written = $"        var result = service{line % 97}.Compute"[..column];
            (TextPosition Start, TextPosition End) replaced = typed % KeysOfLine == 0 ? (new(line, 0), new(line, int.MaxValue)) : (new(line, column - 1), new(line, column - 1));
            DocumentSnapshot document = documents.Change(uri, null, [new(typed % KeysOfLine == 0 ? written : written[^1..], replaced)])!;
            await Task.Delay(BetweenKeys, cancellationToken);
            CompletionRequest request = new()
            {
                Document = document,
                Position = new(line, column),
                Trigger = CompletionTrigger.Automatic,
                RepositoryRoot = root,
            };
            CompletionResult result = await service.CompleteAsync(request, cancellationToken);
            if (result.GeneratedTokens > 0 && typed >= WarmUp)
            {
                whole.Add(result.Timings.Total);
                shares.Add(result.Timings.Total - result.Timings.Queue - result.Timings.Prompt - result.Timings.Decode);
            }
        }

        Console.WriteLine($"whole completions: {whole}");
        Console.WriteLine($"the daemon's own share: {shares}");
        return 0;
    }

    private static void WriteRepository(string root)
    {
        for (int file = 0; file < Files; file++)
        {
            string folder = Path.Combine(root, $"part{file / 100}");
            Directory.CreateDirectory(folder);
            StringBuilder text = new($"namespace Part{file / 100};\n\npublic sealed class Service{file}\n{{\n");
            for (int method = 0; method < 10; method++)
            {
                text.Append("    public int Compute").Append(method).Append("(int index, int value")
                    .Append(file % 97).Append(")\n    {\n        return index * ").Append(file).Append(" + value").Append(file % 97).Append(";\n    }\n\n");
            }

            File.WriteAllText(Path.Combine(folder, $"Service{file}.cs"), text.Append("}\n").ToString());
        }
    }
}
