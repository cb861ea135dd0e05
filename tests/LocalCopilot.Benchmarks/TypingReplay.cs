using System.Diagnostics;
using System.Text.Json.Nodes;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.EndToEnd.Tests;
using LocalCopilot.Llama;
using LocalCopilot.Protocol;

namespace LocalCopilot.Benchmarks;

/// <summary>
/// Types lines of real files, keystroke by keystroke at an even pace, and asks for the rest of the line after each. What is not
/// answered before the next keystroke is cancelled, and counts with the whole interval: its real time would be longer.
/// </summary>
internal static class TypingReplay
{
    /// <summary>Both get as many tokens of the file, and neither gets other files.</summary>
    private const int ContextTokens = 1024;

    private const int MaxTokens = 48;

    /// <summary>What the daemon's prompts may have with the settings below, before what is typed in this line.</summary>
    private static readonly PromptBudget Budget = PromptBudget.For(ContextTokens, new CompletionOptions().MaxTokens, contextShare: 0);

    /// <param name="Model">Path of a GGUF file.</param>
    internal sealed record Settings(string Repository, string Model, int Lines, TimeSpan Interval);

    /// <summary>The daemon and llama-server, one after the other.</summary>
    public static async Task<int> RunAsync(Settings settings, string server, CancellationToken cancellationToken)
    {
        LinePosition[] places = Places(settings);
        await using DaemonTypist daemon = new(settings.Repository, settings.Model);
        Measurements ours = await ReplayAsync(places, settings.Interval, daemon, cancellationToken);
        using LlamaModel vocabulary = LlamaModel.Load(settings.Model);
        await using ServerTypist peer = new(server, settings.Model, vocabulary.Vocabulary, settings.Model == EmbeddedModelFile.Path);
        Measurements theirs = await ReplayAsync(places, settings.Interval, peer, cancellationToken);
        Report("localcopilot", ours, "llama-server", theirs);
        return 0;
    }

    /// <summary>A daemon that learns the repository meanwhile, and one that does not.</summary>
    /// <param name="resumeAfter">Time without requests after which training goes on; null: as the daemon has it. With zero it stops only for the request itself.</param>
    public static async Task<int> RunWhileLearningAsync(Settings settings, TimeSpan? resumeAfter, CancellationToken cancellationToken)
    {
        LinePosition[] places = Places(settings);
        Measurements quiet;
        await using (DaemonTypist other = new(settings.Repository, settings.Model))
        {
            quiet = await ReplayAsync(places, settings.Interval, other, cancellationToken);
        }

        await using DaemonTypist daemon = new(settings.Repository, settings.Model, resumeAfter);
        await daemon.StartAsync(cancellationToken);
        int first = await daemon.LearnAsync(cancellationToken);
        Measurements learning = await ReplayAsync(places, settings.Interval, daemon, cancellationToken);
        int last = await daemon.LearnAsync(cancellationToken);
        Console.WriteLine($"training made {last - first} steps meanwhile");
        Report("learning", learning, "quiet", quiet);
        return 0;
    }

    private static LinePosition[] Places(Settings settings)
    {
        LinePosition[] places = [.. LinePositions.Pick(settings.Repository, settings.Lines, seed: 7).Where(place => place.Expected.Length is >= 6 and <= 60)];
        Console.WriteLine($"{places.Length} lines, {places.Sum(place => place.Expected.Length)} keystrokes, one each {settings.Interval.TotalMilliseconds:0} ms, {Path.GetFileName(settings.Model)}, {EngineThreads.Resolve(0)} threads");
        return places;
    }

    private static void Report(string name, Measurements measured, string otherName, Measurements other)
    {
        Console.WriteLine($"{name}: {measured}");
        Console.WriteLine($"{otherName}: {other}");
        Console.WriteLine(FormattableString.Invariant($"ratio: median {measured.At(0.5) / other.At(0.5):0.00}, 95th {measured.At(0.95) / other.At(0.95):0.00}"));
    }

    private static async Task<Measurements> ReplayAsync(LinePosition[] places, TimeSpan interval, ITypist typist, CancellationToken cancellationToken)
    {
        Measurements measurements = new();
        int stale = 0;
        await typist.StartAsync(cancellationToken);
        foreach (LinePosition place in places)
        {
            await typist.OpenAsync(place, cancellationToken);
            for (int typed = 0; typed < place.Expected.Length; typed++)
            {
                long start = Stopwatch.GetTimestamp();
                using CancellationTokenSource next = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                next.CancelAfter(interval);
                try
                {
                    await typist.TypeAsync(place, typed, next.Token);
                    measurements.Add(Stopwatch.GetElapsedTime(start));
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    stale++;
                    measurements.Add(interval);
                }

                TimeSpan left = interval - Stopwatch.GetElapsedTime(start);
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left, cancellationToken);
                }
            }
        }

        Console.WriteLine($"{typist.Name}: prompts of up to {typist.MostPromptTokens} tokens, {stale} of {measurements.Count} were stale before their answer");
        return measurements;
    }

    private interface ITypist : IAsyncDisposable
    {
        string Name { get; }

        int MostPromptTokens { get; }

        Task StartAsync(CancellationToken cancellationToken);

        Task OpenAsync(LinePosition place, CancellationToken cancellationToken);

        /// <summary>Types one character of the expected text and waits for the rest of the line.</summary>
        Task TypeAsync(LinePosition place, int typed, CancellationToken cancellationToken);
    }

    /// <summary>An editor: the real relay, daemon and pipe.</summary>
    private sealed class DaemonTypist(string repository, string model, TimeSpan? resumeAfter = null) : ITypist
    {
        private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

        private readonly Sandbox _sandbox = new();
        private LspClient? _client;
        private Process? _adapt;
        private int _version;

        public string Name => "localcopilot";

        public int MostPromptTokens => Budget.Total;

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            if (_client is not null)
            {
                return;
            }

            Directory.CreateDirectory(_sandbox.Paths.ConfigurationDirectory);
            JsonObject settings = new()
            {
                ["model"] = new JsonObject { ["path"] = model },
                ["engine"] = new JsonObject { ["contextTokens"] = ContextTokens },
                ["index"] = new JsonObject { ["enabled"] = false },
                ["completion"] = new JsonObject { ["contextShare"] = 0 },
                ["adaptation"] = new JsonObject { ["automatic"] = false },
            };
            if (resumeAfter is { } pause)
            {
                settings["adaptation"]!["resumeAfter"] = pause.ToString("c");
            }

            await File.WriteAllTextAsync(_sandbox.Paths.SettingsFile, settings.ToJsonString(), cancellationToken);
            _client = LspClient.Start(_sandbox);
            await _client.InitializeAsync(cancellationToken);
        }

        public async Task OpenAsync(LinePosition place, CancellationToken cancellationToken)
        {
            await _client!.OpenAsync(Uri(place), place.Text, cancellationToken);
            await _client.RequestAsync("textDocument/inlineCompletion", LspClient.At(Uri(place), 0, 0), cancellationToken);
        }

        public async Task TypeAsync(LinePosition place, int typed, CancellationToken cancellationToken)
        {
            int character = place.Character + typed;
            await _client!.NotifyAsync("textDocument/didChange", new JsonObject
            {
                ["textDocument"] = new JsonObject { ["uri"] = Uri(place), ["version"] = ++_version + 1 },
                ["contentChanges"] = new JsonArray(new JsonObject
                {
                    ["range"] = new JsonObject { ["start"] = Position(place.Line, character), ["end"] = Position(place.Line, character) },
                    ["text"] = place.Expected[typed].ToString(),
                }),
            }, CancellationToken.None);
            JsonObject request = LspClient.At(Uri(place), place.Line, character + 1);
            request["context"]!["triggerKind"] = 2;
            int id = await _client.SendRequestAsync("textDocument/inlineCompletion", request, CancellationToken.None);
            Task<JsonObject> answer = _client.AnswerAsync(id, CancellationToken.None);
            try
            {
                JsonObject message = await answer.WaitAsync(cancellationToken);
                if (message["error"] is { } error)
                {
                    throw new InvalidOperationException(error.ToJsonString());
                }
            }
            catch (OperationCanceledException)
            {
                await _client.NotifyAsync("$/cancelRequest", new JsonObject { ["id"] = id }, CancellationToken.None);
                await answer;
                throw;
            }
        }

        /// <summary>Waits until the repository is being trained on, after it was begun where it was not yet.</summary>
        /// <returns>Steps that were made.</returns>
        public async Task<int> LearnAsync(CancellationToken cancellationToken)
        {
            _adapt ??= _sandbox.Start("adapt", repository);
            await using DaemonClient client = await DaemonClient.ConnectAsync(_sandbox.Paths, startIfNeeded: false, TimeProvider.System, cancellationToken);
            while (!_adapt.HasExited)
            {
                StatusResult status = await client.Control.StatusAsync(new() { Repository = repository }, cancellationToken);
                if (status.Repository is { State: RepositoryState.Training or RepositoryState.Paused, Progress: { } progress })
                {
                    return progress.Step;
                }

                await Task.Delay(LookAgain, cancellationToken);
            }

            throw new InvalidOperationException($"It was not being trained on: {await _adapt.StandardError.ReadToEndAsync(cancellationToken)}{await _adapt.StandardOutput.ReadToEndAsync(cancellationToken)}");
        }

        public async ValueTask DisposeAsync()
        {
            _adapt?.Kill();
            _adapt?.Dispose();
            _client?.Dispose();
            await _sandbox.DisposeAsync();
        }

        private string Uri(LinePosition place) => new Uri(Path.Combine(repository, place.Path)).AbsoluteUri;

        private static JsonObject Position(int line, int character) => new() { ["line"] = line, ["character"] = character };
    }

    private sealed class ServerTypist(string executable, string model, LlamaVocabulary vocabulary, bool suffixFirst) : ITypist
    {
        /// <summary>The server cuts a suffix to a quarter of its batch, less this.</summary>
        private const int SuffixTokens = (ContextTokens / 4) - 4;

        private LlamaServer? _server;
        private string _prefix = "";
        private string _suffix = "";

        public string Name => "llama-server";

        public int MostPromptTokens { get; private set; }

        public async Task StartAsync(CancellationToken cancellationToken) =>
            _server = await LlamaServer.StartAsync(executable, model, ContextTokens, EngineThreads.Resolve(0), suffixFirst, cancellationToken);

        public Task OpenAsync(LinePosition place, CancellationToken cancellationToken)
        {
            string[] lines = place.Text.Split('\n');
            int offset = lines.Take(place.Line).Sum(line => line.Length + 1) + place.Character;
            int[] suffix = vocabulary.Tokenize(place.Text[offset..]);
            suffix = suffix[..Math.Min(suffix.Length, SuffixTokens)];

            // Cut once for the line, so that typing moves nothing and the server's cache holds.
            int[] prefix = vocabulary.Tokenize(place.Text[..offset]);
            prefix = prefix[Math.Max(0, prefix.Length - (Budget.Total - suffix.Length))..];
            (_prefix, _suffix) = (vocabulary.Decode(prefix), vocabulary.Decode(suffix));
            return _server!.CompleteLineAsync("", "", 1, cancellationToken);
        }

        public async Task TypeAsync(LinePosition place, int typed, CancellationToken cancellationToken)
        {
            int tokens = await _server!.CompleteLineAsync(_prefix + place.Expected[..(typed + 1)], _suffix, MaxTokens, cancellationToken);
            MostPromptTokens = Math.Max(MostPromptTokens, tokens);
        }

        public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
