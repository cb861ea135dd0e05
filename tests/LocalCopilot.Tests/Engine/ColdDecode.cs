using System.Numerics.Tensors;
using LocalCopilot.Llama;

namespace LocalCopilot.Tests.Engine;

/// <summary>The plainest greedy decode there is, to compare with: an empty cache, the whole prompt at once, then token by token.</summary>
internal static class ColdDecode
{
    /// <param name="tile">Rows of a tile of flash attention, where it is used: whole tiles are rounded in another way, so the prompt's come first.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <returns>Tokens up to the end token, exclusive, or <paramref name="maxTokens"/>.</returns>
    public static List<int> Run(LlamaModel model, int[] prompt, int maxTokens, int? tile, int threads)
    {
        using LlamaContext context = new(model, new() { TokensPerSequence = prompt.Length + maxTokens + 2, BatchTokens = prompt.Length + 2, MicroBatchTokens = prompt.Length + 2, FlashAttention = tile is not null, Threads = threads });
        using LlamaBatch batch = new(prompt.Length + 2);
        int tiled = tile is { } rows ? (prompt.Length - 2) / rows * rows : 0;
        int rest = tile - 1 ?? prompt.Length;
        int row = 0;
        for (int start = 0; start < prompt.Length;)
        {
            int end = start < tiled ? tiled : Math.Min(prompt.Length, start + rest);
            end -= prompt.Length - end == 1 ? 1 : 0;
            batch.Clear();
            for (int i = start; i < end; i++)
            {
                batch.Add(prompt[i], i, 0, output: i >= end - 2);
            }

            Assert.Equal(DecodeStatus.Done, context.Decode(batch));
            row = end - start - 1;
            start = end;
        }

        List<int> tokens = [];
        while (true)
        {
            int next = TensorPrimitives.IndexOfMax(context.Logits(row));
            if (model.Vocabulary.IsEndOfGeneration(next) || tokens.Count == maxTokens)
            {
                return tokens;
            }

            // A second row, of no consequence: ggml multiplies a single one by another kernel, with other rounding.
            int position = prompt.Length + tokens.Count;
            batch.Clear();
            batch.Add(next, position, 0, output: true);
            batch.Add(next, position + 1, 0, output: true);
            Assert.Equal(DecodeStatus.Done, context.Decode(batch));
            context.RemoveFrom(0, position + 1);
            tokens.Add(next);
            row = 0;
        }
    }
}
