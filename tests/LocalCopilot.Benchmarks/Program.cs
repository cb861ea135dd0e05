using System.CommandLine;
using LocalCopilot.Benchmarks;

Option<string> repository = new("--repository") { Description = "Root of a git repository to type in.", Required = true };
Option<string> server = new("--server") { Description = "llama-server, built from llama.cpp v0.5.0.", Required = true };
Option<string> model = new("--model") { Description = "GGUF file; left out: the embedded model.", DefaultValueFactory = _ => "" };
Option<int> lines = new("--lines") { Description = "Lines to type.", DefaultValueFactory = _ => 12 };
Option<int> interval = new("--interval") { Description = "Milliseconds between keystrokes.", DefaultValueFactory = _ => 150 };

Command typing = new("typing", "Replays typing against the daemon and against llama-server, one request for each keystroke, stale ones cancelled.") { repository, server, model, lines, interval };
typing.SetAction((parsed, cancellationToken) => TypingReplay.RunAsync(Typing(parsed), parsed.GetValue(server)!, cancellationToken));

Option<double?> resumeAfter = new("--resume-after") { Description = "Seconds without requests after which training goes on; 0: it stops for the request alone. Left out: as the daemon has it." };
Command learning = new("typing-while-learning", "Replays typing against the daemon, first while nothing is learned, then while it learns the repository.") { repository, model, lines, interval, resumeAfter };
learning.SetAction((parsed, cancellationToken) => TypingReplay.RunWhileLearningAsync(
    Typing(parsed), parsed.GetValue(resumeAfter) is { } seconds ? TimeSpan.FromSeconds(seconds) : null, cancellationToken));

Command ownShare = new("own-share", "The daemon's own share of a completion: a 5,000-line file in a repository of 10,000 files.");
ownShare.SetAction((_, cancellationToken) => OwnShare.RunAsync(cancellationToken));

Command cancellation = new("cancellation", "Time from a cancellation in the middle of a long prompt to the next request's start.") { model };
cancellation.SetAction((parsed, cancellationToken) => CancellationDelay.RunAsync(parsed.GetValue(model)!, cancellationToken));

Command speculation = new("speculation", "How many tokens a batch gives, and what a token costs, on lines of a real repository.") { repository, model, lines };
speculation.SetAction((parsed, cancellationToken) => Speculation.RunAsync(parsed.GetValue(repository)!, parsed.GetValue(model)!, parsed.GetValue(lines), cancellationToken));

Option<int> rank = new("--rank") { Description = "Rank of the adapter.", DefaultValueFactory = _ => 16 };
Option<int> rowTokens = new("--row-tokens") { Description = "Tokens that are computed at once.", DefaultValueFactory = _ => 512 };
Option<int> sampleTokens = new("--sample-tokens") { Description = "Tokens of a sample.", DefaultValueFactory = _ => 512 };
Option<int> targets = new("--targets") { Description = "Tokens of a sample that are learned, the last ones; at most all but one.", DefaultValueFactory = _ => 511 };
Option<int> threads = new("--threads") { Description = "Threads.", DefaultValueFactory = _ => 2 };
Option<int> steps = new("--steps") { Description = "Steps that are measured.", DefaultValueFactory = _ => 6 };
Option<bool> recompute = new("--recompute") { Description = "Compute layers again instead of keeping their results." };
Option<bool> plain = new("--plain") { Description = "Use ggml's own operations only." };
Option<bool> fullPrecision = new("--full-precision") { Description = "Multiply in F32 also where the processor multiplies bfloat16 numbers." };
Command training = new("training", "Tokens a second and peak memory of training, with a profile by operation.") { model, rank, rowTokens, sampleTokens, targets, threads, steps, recompute, plain, fullPrecision };
training.SetAction(parsed => TrainingSpeed.Run(new(
    parsed.GetValue(model) is { Length: > 0 } file ? file : LocalCopilot.Daemon.Engine.EmbeddedModelFile.Path,
    parsed.GetValue(rank), parsed.GetValue(rowTokens), parsed.GetValue(sampleTokens), parsed.GetValue(targets), parsed.GetValue(threads), parsed.GetValue(steps), parsed.GetValue(recompute), parsed.GetValue(plain), parsed.GetValue(fullPrecision))));

Command pause = new("pause", "Time from a request to pause, in the middle of a training step, until the worker process waits.") { model, threads };
pause.SetAction((parsed, cancellationToken) => PauseDelay.RunAsync(parsed.GetValue(model)!, parsed.GetValue(threads), cancellationToken));

Option<double> hidden = new("--hidden") { Description = "Share of the commits, the newest, that the round does not see.", DefaultValueFactory = _ => 0.1 };
Option<bool> seen = new("--seen") { Description = "Let it see them all the same: what can be known by heart." };
Option<double> budget = new("--budget") { Description = "Seconds that training may compute.", DefaultValueFactory = _ => 120 };
Option<int> limit = new("--limit") { Description = "Edits to measure.", DefaultValueFactory = _ => 300 };
Option<string[]> controls = new("--control") { Description = "Adapters of other repositories.", DefaultValueFactory = _ => [] };
Option<string?> save = new("--save") { Description = "Where to copy the adapter to." };
Option<string> data = new("--data") { Description = "Folder that keeps what was read.", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "localcopilot-benchmarks") };
Option<double?> learningRate = new("--learning-rate");
Option<int?> adapterRank = new("--adapter-rank");
Option<int?> batch = new("--batch");
Option<int?> promptTokens = new("--prompt-tokens");
Option<float?> prefixWeight = new("--prefix-weight");
Option<double?> treeShare = new("--tree-share");
Option<double?> epochs = new("--epochs");
Option<float?> dropout = new("--dropout");
Option<double?> strength = new("--strength");
Command adaptation = new("adaptation", "What a model gains by learning a repository, on its newest commits, which the round did not see.")
{
    repository, model, hidden, seen, budget, limit, controls, save, data, learningRate, adapterRank, batch, promptTokens, prefixWeight, treeShare, epochs, dropout, strength,
};
adaptation.SetAction((parsed, cancellationToken) => AdaptationGain.RunAsync(
    new(
        parsed.GetValue(repository)!,
        parsed.GetValue(model)!,
        parsed.GetValue(hidden),
        parsed.GetValue(seen),
        TimeSpan.FromSeconds(parsed.GetValue(budget)),
        parsed.GetValue(limit),
        parsed.GetValue(controls)!,
        parsed.GetValue(save),
        parsed.GetValue(data)!,
        recipe => recipe with
        {
            Lora = recipe.Lora with { Rank = parsed.GetValue(adapterRank) ?? recipe.Lora.Rank, Alpha = 2 * (parsed.GetValue(adapterRank) ?? recipe.Lora.Rank), Dropout = parsed.GetValue(dropout) ?? recipe.Lora.Dropout },
            Training = recipe.Training with { LearningRate = parsed.GetValue(learningRate) ?? recipe.Training.LearningRate, SamplesPerStep = parsed.GetValue(batch) ?? recipe.Training.SamplesPerStep, FinalStrength = parsed.GetValue(strength) ?? recipe.Training.FinalStrength },
            PromptTokens = parsed.GetValue(promptTokens) ?? recipe.PromptTokens,
            PrefixWeight = parsed.GetValue(prefixWeight) ?? recipe.PrefixWeight,
            TreeShare = parsed.GetValue(treeShare) ?? recipe.TreeShare,
            MostEpochs = parsed.GetValue(epochs) ?? recipe.MostEpochs,
        }),
    cancellationToken));

Option<int> rounds = new("--rounds") { Description = "Rounds of learning.", DefaultValueFactory = _ => 20 };
Option<double> replayed = new("--replayed") { Description = "Share of the commits, the newest, that are replayed.", DefaultValueFactory = _ => 0.5 };
Command dailyLife = new("daily-life", "Replays a history with a round of learning every few commits, and measures what is served then on the commits that came next.") { repository, model, rounds, replayed, budget, limit, data };
dailyLife.SetAction((parsed, cancellationToken) => DailyLife.RunAsync(
    new(parsed.GetValue(repository)!, parsed.GetValue(model)!, parsed.GetValue(rounds), parsed.GetValue(replayed), TimeSpan.FromSeconds(parsed.GetValue(budget)), parsed.GetValue(limit), parsed.GetValue(data)!), cancellationToken));

RootCommand root = new("LocalCopilot's benchmarks. Run them in Release, alone on the machine; docs/performance.md has results.") { typing, learning, speculation, ownShare, cancellation, training, pause, adaptation, dailyLife };
return await root.Parse(args).InvokeAsync();

TypingReplay.Settings Typing(ParseResult parsed) => new(
    Path.GetFullPath(parsed.GetValue(repository)!),
    parsed.GetValue(model) is { Length: > 0 } file ? Path.GetFullPath(file) : LocalCopilot.Daemon.Engine.EmbeddedModelFile.Path,
    parsed.GetValue(lines),
    TimeSpan.FromMilliseconds(parsed.GetValue(interval)));
