using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Engine;

/// <summary>Brings tokens into a sequence of the KV cache.</summary>
/// <remarks>
/// Runs on the engine's thread. Nowhere is a single row evaluated, nor are a single row's logits computed: ggml multiplies a
/// vector by another kernel than a matrix, with other rounding. From two rows on the results are the same however rows are
/// batched, and so the same with and without cache and speculation, to the last bit. With flash attention, a batch of a tile's
/// rows or more is rounded in another way than a smaller one. So all whole tiles of a prompt are evaluated as such, and its rest as
/// well as what is generated in smaller batches, whatever the cache holds: what was evaluated in the other way is evaluated again.
/// </remarks>
internal static class PromptEvaluation
{
    private const int LeastRows = 2;

    /// <summary>Evaluates what of a prompt is not in the sequence yet.</summary>
    /// <returns>Number of tokens that were there, and the row of the last batch with the logits after the prompt.</returns>
    /// <exception cref="OperationCanceledException">Aborted; what was evaluated until then stays.</exception>
    public static (int Cached, int Row) Evaluate(LoadedModel model, SequenceCache.Sequence sequence, ReadOnlySpan<int> prompt)
    {
        int tiled = Tiled(model, prompt);
        int cached = Reusable(sequence, prompt, tiled, model.TileRows ?? 1);
        Cut(model, sequence, cached);
        while (sequence.Tokens.Count < tiled)
        {
            Append(model, sequence, prompt[sequence.Tokens.Count..Math.Min(tiled, sequence.Tokens.Count + LoadedModel.BatchRows)], outputs: LeastRows);
            sequence.Tiled = sequence.Tokens.Count;
        }

        int row = 0;
        while (sequence.Tokens.Count < prompt.Length)
        {
            ReadOnlySpan<int> rest = prompt[sequence.Tokens.Count..];
            int rows = Math.Min(rest.Length, model.MostRows);
            if (rest.Length - rows == 1)
            {
                // Leave two for the next batch.
                rows--;
            }

            Append(model, sequence, rest[..rows], outputs: Math.Min(rows, LeastRows));
            row = rows - 1;
        }

        return (cached, row);
    }

    /// <summary>Tokens of a prompt that would have to be evaluated.</summary>
    /// <param name="sequence">Null: an empty one.</param>
    public static int Missing(LoadedModel model, SequenceCache.Sequence? sequence, ReadOnlySpan<int> prompt) =>
        prompt.Length - (sequence is null ? 0 : Reusable(sequence, prompt, Tiled(model, prompt), model.TileRows ?? 1));

    /// <summary>Evaluates tokens at the sequence's end, with the logits of the last <paramref name="outputs"/> rows.</summary>
    /// <exception cref="OperationCanceledException">Aborted; none of these tokens is in the sequence.</exception>
    public static void Append(LoadedModel model, SequenceCache.Sequence sequence, ReadOnlySpan<int> tokens, int outputs)
    {
        int start = sequence.Tokens.Count;
        int rows = Math.Max(tokens.Length, LeastRows);
        model.Batch.Clear();
        for (int row = 0; row < rows; row++)
        {
            // A row that only makes up the number is removed again; what it holds does not matter.
            int token = row < tokens.Length ? tokens[row] : tokens[0];
            model.Batch.Add(token, start + row, sequence.Id, output: row >= tokens.Length - Math.Max(outputs, 1) || row >= rows - LeastRows);
        }

        model.LeaveOthersTheirProcessors();
        DecodeStatus status = model.Context.Decode(model.Batch);
        if (status == DecodeStatus.Done)
        {
            sequence.Tokens.AddRange(tokens);
        }

        if (status != DecodeStatus.Done || rows > tokens.Length)
        {
            model.Context.RemoveFrom(sequence.Id, sequence.Tokens.Count);
        }

        if (status == DecodeStatus.Aborted)
        {
            throw new OperationCanceledException("The evaluation was aborted.");
        }

        if (status == DecodeStatus.NoRoom)
        {
            throw new LlamaException($"The KV cache has no room for {rows} tokens after {start} in a sequence of {model.Context.TokensPerSequence}.");
        }
    }

    /// <summary>Removes all from a position on.</summary>
    public static void Cut(LoadedModel model, SequenceCache.Sequence sequence, int length)
    {
        model.Context.RemoveFrom(sequence.Id, length);
        if (length < sequence.Tokens.Count)
        {
            sequence.Tokens.RemoveRange(length, sequence.Tokens.Count - length);
        }

        sequence.Tiled = Math.Min(sequence.Tiled, length);

        sequence.Forgotten = false;
    }

    /// <summary>Tokens of a prompt that are to be evaluated in whole tiles.</summary>
    private static int Tiled(LoadedModel model, ReadOnlySpan<int> prompt) => model.TileRows is { } tile ? (prompt.Length - LeastRows) / tile * tile : 0;

    /// <summary>Tokens of a prompt that the sequence holds, evaluated as they are to be.</summary>
    private static int Reusable(SequenceCache.Sequence sequence, ReadOnlySpan<int> prompt, int tiled, int tile)
    {
        int common = Math.Max(0, Math.Min(sequence.CommonPrefix(prompt), prompt.Length - LeastRows));
        return sequence.Tiled == tiled && common >= tiled ? common : Math.Min(common, Math.Min(sequence.Tiled, tiled)) / tile * tile;
    }
}
