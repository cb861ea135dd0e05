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
    private const int Keystrokes = 600;

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using Sandbox sandbox = new();
        string root = Path.Combine(sandbox.Root, "repository");
        WriteRepository(root);
        LocalCopilotOptions options = new();
        using InferenceEngine engine = new(options, TimeProvider.System, NullLogger<InferenceEngine>.Instance);
        using ContextSource source = new(sandbox.Paths, options, new OpenDocuments(), NullLogger<ContextSource>.Instance);
        using AdapterStore store = new(sandbox.Paths, options, NullLogger<AdapterStore>.Instance);
        using ActiveAdapters adapters = new(store, NullLogger<ActiveAdapters>.Instance);
        using StickyContext context = new([source], TimeProvider.System);
        CompletionService service = new(engine, options, context, new(), new(), new TypingRhythms(TimeProvider.System), adapters, new(TimeProvider.System), TimeProvider.System);
        long start = TimeProvider.System.GetTimestamp();
        await source.WhenIndexedAsync(root, cancellationToken);
        Console.WriteLine($"{Files} files were indexed in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s");

        Measurements shares = new();
        Measurements whole = new();
        string[] lines = [.. Enumerable.Range(0, Lines).Select(line => $"        var value{line} = service{line % 97}.Compute{line % 13}(index, {line});")];
        for (int typed = 0; typed < Keystrokes; typed++)
        {
            int line = 2500 + (typed / 20);
            string[] edited = [.. lines];
            edited[line] = $"        var result = service{typed % 97}.Compute"[..(12 + (typed % 20))];
            CompletionRequest request = new()
            {
                Document = new(new Uri(Path.Combine(root, "Open.cs")).AbsoluteUri, "csharp", typed, string.Join('\n', edited)),
                Position = new(line, edited[line].Length),
                Trigger = CompletionTrigger.Automatic,
                RepositoryRoot = root,
            };
            CompletionResult result = await service.CompleteAsync(request, cancellationToken);
            if (result.GeneratedTokens > 0 && typed >= 40)
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
