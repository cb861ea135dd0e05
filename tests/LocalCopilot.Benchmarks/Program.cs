using System.CommandLine;
using LocalCopilot.Benchmarks;

Option<string> repository = new("--repository") { Description = "Root of a git repository to type in.", Required = true };
Option<string> server = new("--server") { Description = "llama-server, built from llama.cpp v0.5.0.", Required = true };
Option<string> model = new("--model") { Description = "GGUF file; left out: the embedded model.", DefaultValueFactory = _ => "" };
Option<int> lines = new("--lines") { Description = "Lines to type.", DefaultValueFactory = _ => 12 };
Option<int> interval = new("--interval") { Description = "Milliseconds between keystrokes.", DefaultValueFactory = _ => 150 };

Command typing = new("typing", "Replays typing against the daemon and against llama-server, one request for each keystroke, stale ones cancelled.") { repository, server, model, lines, interval };
typing.SetAction((parsed, cancellationToken) => TypingReplay.RunAsync(
    new(parsed.GetValue(repository)!, parsed.GetValue(server)!, parsed.GetValue(model)!, parsed.GetValue(lines), TimeSpan.FromMilliseconds(parsed.GetValue(interval))), cancellationToken));

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
Command training = new("training", "Tokens a second and peak memory of training, with a profile by operation.") { model, rank, rowTokens, sampleTokens, targets, threads, steps, recompute, plain };
training.SetAction(parsed => TrainingSpeed.Run(new(
    parsed.GetValue(model) is { Length: > 0 } file ? file : Path.Combine(AppContext.BaseDirectory, "models", "embedded-code-6.5m-q8_0.gguf"),
    parsed.GetValue(rank), parsed.GetValue(rowTokens), parsed.GetValue(sampleTokens), parsed.GetValue(targets), parsed.GetValue(threads), parsed.GetValue(steps), parsed.GetValue(recompute), parsed.GetValue(plain))));

RootCommand root = new("LocalCopilot's benchmarks. Run them in Release, alone on the machine; docs/performance.md has results.") { typing, speculation, ownShare, cancellation, training };
return await root.Parse(args).InvokeAsync();
