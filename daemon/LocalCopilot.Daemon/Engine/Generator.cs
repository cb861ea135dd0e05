using System.Runtime.InteropServices;
using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Engine;

/// <summary>Decodes the continuation of a prompt: greedily, with guesses from the text that the model verifies several at a time.</summary>
/// <remarks>Runs on the engine's thread. The guesses never change what comes out: see <see cref="PromptEvaluation"/>.</remarks>
internal sealed class Generator(LoadedModel model, AbortFlag abort, TimeProvider time)
{
    /// <summary>So many tokens more or less of a prompt to evaluate are not noticed.</summary>
    private const int NotNoticed = 64;

    private LoadedModel Model => model;

    private AbortFlag Abort => abort;

    private TimeProvider Time => time;

    public GenerationResult Generate(GenerationRequest request)
    {
        int[]? hurriedPrompt = HurriedPrompt(request);
        bool hurried = hurriedPrompt is not null;
        ReadOnlySpan<int> prompt = hurriedPrompt ?? request.Prompt.Span;
        model.Adapters.Use(request.Sequence.Adapter);
        long start = time.GetTimestamp();
        SequenceCache.Sequence sequence = model.Sequences.Acquire(request.Sequence with { IsHurried = hurried }, prompt, request.Priority == EnginePriority.Evaluation);
        var (cached, row) = PromptEvaluation.Evaluate(model, sequence, prompt);
        long decodeStart = time.GetTimestamp();

        ReadOnlySpan<float> after = model.Context.Logits(row);
        int[] firsts = new RequiredText(model.Model.Vocabulary, request.Unfinished + request.RequiredStart).Choose(after, request.Alternatives);
        // Only the first alternative may be the empty one, and the logits are overwritten by the next batch.
        float[]? kept = firsts.Length > 1 ? after.ToArray() : null;
        List<Generation> generations = [];
        int generated = 0;
        int batches = 0;
        foreach (int first in firsts)
        {
            if (generations.Count > 0 && model.Model.Vocabulary.IsEndOfGeneration(first))
            {
                continue;
            }

            if (generations.Count > 0)
            {
                PromptEvaluation.Cut(model, sequence, prompt.Length);
            }

            Continuation continuation = new(this, sequence, request, decodeStart);
            generations.Add(continuation.Run(first, kept ?? after));
            generated += generations[^1].Tokens.Count;
            batches += continuation.Batches;
        }

        if (generations.Count == 0)
        {
            generations.Add(new("", [], 0, GenerationEnd.EndOfText));
        }

        return new()
        {
            Generations = generations,
            Hurried = hurried,
            PromptTokens = prompt.Length,
            CachedTokens = cached,
            GeneratedTokens = generated,
            DecodeBatches = batches,
            Queue = TimeSpan.Zero,
            Prompt = time.GetElapsedTime(start, decodeStart),
            Decode = time.GetElapsedTime(decodeStart),
        };
    }

    /// <summary>The shorter prompt, where it saves so much of the evaluation that it is noticed.</summary>
    private int[]? HurriedPrompt(GenerationRequest request)
    {
        if (request.Hurried is null)
        {
            return null;
        }

        int missing = Missing(request.Sequence, request.Prompt.Span);
        if (missing <= NotNoticed)
        {
            return null;
        }

        int[] hurried = request.Hurried();
        return missing > 2 * Missing(request.Sequence with { IsHurried = true }, hurried) ? hurried : null;
    }

    private int Missing(SequenceKey key, ReadOnlySpan<int> prompt) => PromptEvaluation.Missing(model, model.Sequences.Find(key, prompt), prompt);

    /// <summary>Natural-log probability of each target after the prompt.</summary>
    public IReadOnlyList<float> Score(ScoreRequest request)
    {
        ReadOnlySpan<int> prompt = request.Prompt.Span;
        ReadOnlySpan<int> targets = request.Targets.Span;
        model.Adapters.Use(request.Adapter);
        SequenceCache.Sequence sequence = model.Sequences.Acquire(new("evaluation", request.Adapter), prompt, evaluation: true);
        var (_, row) = PromptEvaluation.Evaluate(model, sequence, prompt);
        RequiredText required = new(model.Model.Vocabulary, request.Unfinished);
        List<float> scores = [];
        Add(targets[0], row);
        while (scores.Count < targets.Length)
        {
            int first = scores.Count - 1;
            int rows = Math.Min(targets.Length - 1 - first, Math.Min(model.MostRows, model.Context.MaxOutputs));
            PromptEvaluation.Append(model, sequence, targets.Slice(first, rows), outputs: rows);
            for (int i = 0; i < rows; i++)
            {
                Add(targets[first + i + 1], i);
            }
        }

        return scores;

        void Add(int target, int logits)
        {
            scores.Add((float)required.LogProbability(target, model.Context.Logits(logits), model.Scratch));
            required.Take(target);
        }
    }

    /// <summary>One text while it is generated.</summary>
    private sealed class Continuation(Generator owner, SequenceCache.Sequence sequence, GenerationRequest request, long decodeStart)
    {
        private const int TokensBeforeGivingUp = 6;

        private readonly LoadedModel _model = owner.Model;
        private readonly List<int> _tokens = [];
        private readonly GeneratedText _text = new(owner.Model.Model.Vocabulary);
        private readonly RequiredText _required = new(owner.Model.Model.Vocabulary, request.Unfinished + request.RequiredStart);
        private readonly IStopCondition _stop = request.Stop();
        private int _rule;
        private double _sum;
        private int _scored;

        public int Batches { get; private set; }

        private string Text => _text.ToString() is var all && all.Length > request.Unfinished.Length ? all[request.Unfinished.Length..] : "";

        public Generation Run(int first, ReadOnlySpan<float> logits)
        {
            Span<int> rows = stackalloc int[PromptLookup.MaxDraft + 1];
            int pending = first;
            Score(first, logits);
            while (true)
            {
                if (Take(pending) is { } ended)
                {
                    return ended;
                }

                // One row for the token itself, and one at least after it.
                int room = _model.Context.TokensPerSequence - sequence.Tokens.Count;
                if (room < 2)
                {
                    return End(GenerationEnd.MaxTokens, Text);
                }

                rows[0] = pending;
                int draft = Guess(pending, rows[1..Math.Min(rows.Length, room)]);
                long start = owner.Time.GetTimestamp();
                PromptEvaluation.Append(_model, sequence, rows[..(draft + 1)], outputs: draft + 1);
                _model.DraftLength.Took(Math.Max(2, draft + 1), owner.Time.GetElapsedTime(start));
                Batches++;
                pending = Verify(rows[1..(draft + 1)], out Generation? finished);
                if (finished is not null)
                {
                    return finished;
                }
            }
        }

        /// <summary>Takes the guessed tokens as long as the model would have chosen them; cuts the others off.</summary>
        /// <returns>The token that the model chose after the last one taken.</returns>
        private int Verify(ReadOnlySpan<int> draft, out Generation? finished)
        {
            int unverified = sequence.Tokens.Count - draft.Length;
            for (int row = 0; ; row++)
            {
                ReadOnlySpan<float> logits = _model.Context.Logits(row);
                int chosen = _required.Choose(logits);
                bool guessed = row < draft.Length && draft[row] == chosen;
                finished = chosen < 0 ? End(GenerationEnd.EndOfText, Text) : null;
                if (finished is null)
                {
                    Score(chosen, logits);
                    finished = guessed ? Take(chosen) : null;
                }

                if (guessed && finished is null)
                {
                    continue;
                }

                _model.DraftLength.Verified(_rule, draft.Length, row);
                PromptEvaluation.Cut(_model, sequence, unverified + row);
                return chosen;
            }
        }

        private int Guess(int pending, Span<int> draft)
        {
            draft = draft[..Math.Min(draft.Length, Math.Max(1, request.MaxTokens - _tokens.Count))];
            if (!_required.IsMet)
            {
                return 0;
            }

            // The token itself is not in the sequence yet.
            sequence.Tokens.Add(pending);
            (int count, _rule) = PromptLookup.Guess(CollectionsMarshal.AsSpan(sequence.Tokens), request.LookupTokens.Span, draft);
            sequence.Tokens.RemoveAt(sequence.Tokens.Count - 1);
            return count == 0 ? 0 : _model.DraftLength.Choose(_rule, count);
        }

        /// <summary>Adds a token to the text; the generation if it ends with that.</summary>
        private Generation? Take(int token)
        {
            if (owner.Abort.IsSet)
            {
                throw new OperationCanceledException("The generation was aborted.");
            }

            if (_model.Model.Vocabulary.IsEndOfGeneration(token))
            {
                return End(GenerationEnd.EndOfText, Text);
            }

            _tokens.Add(token);
            _text.Append(token);
            _required.Take(token);
            string text = Text;
            return _stop.Observe(text) is { } length ? End(GenerationEnd.Stopped, text[..length])
                : _tokens.Count >= request.MaxTokens ? End(GenerationEnd.MaxTokens, text)
                : request.GiveUpBelow is { } least && _scored >= TokensBeforeGivingUp && _sum / _scored < least ? End(GenerationEnd.GivenUp, text)
                : request.DecodeBudget is { } budget && owner.Time.GetElapsedTime(decodeStart) >= budget ? End(GenerationEnd.DecodeBudget, text)
                : null;
        }

        private void Score(int token, ReadOnlySpan<float> logits)
        {
            // A token of nothing but required text says nothing about the model's confidence.
            if (_required.LeavesChoice(token))
            {
                _sum += _required.LogProbability(token, logits, _model.Scratch);
                _scored++;
            }
        }

        private Generation End(GenerationEnd end, string text) => new(text, _tokens, _scored == 0 ? 0 : _sum / _scored, end);
    }
}
