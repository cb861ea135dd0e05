using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Writes the samples that the worker learns, as it reads them: see <see cref="SampleFile"/>.</summary>
/// <remarks>The only file with text of a repository that an adaptation makes; whoever has it written deletes it when the adapter is there.</remarks>
internal static class TrainingFile
{
    /// <summary>One sample at a time is in memory. Written whole or not at all.</summary>
    /// <param name="prefixWeight">What a token before the cursor counts in the loss, where the prompt ends with it, and one after it counts 1; 0: they are not learned.</param>
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    /// <exception cref="OperationCanceledException">Nothing was written.</exception>
    public static WrittenSamples Write(string file, IEnumerable<Sample> samples, SamplePrompts prompts, float prefixWeight, CancellationToken cancellationToken)
    {
        int written = 0;
        int unusable = 0;
        long tokens = 0;
        AtomicFile.Write(file, stream =>
        {
            using StreamWriter writer = new(stream, leaveOpen: true);
            SampleFile.Write(writer, Prompted());
        });
        return new(written, unusable, tokens);

        IEnumerable<TrainingSample> Prompted()
        {
            foreach (Sample sample in samples)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (prompts.Build(sample) is { } prompted)
                {
                    int[] all = prompted.Tokens;
                    int prompt = prompted.Prompt.Tokens.Length;
                    int prefix = prefixWeight > 0 && prompts.EndWithPrefix ? Math.Min(prompted.Prompt.PrefixTokens, prompt - 1) : 0;
                    written++;
                    tokens += all.Length;
                    yield return new(all, prompt - prefix) { PromptTargets = prefix, PromptWeight = prefix > 0 ? prefixWeight : 1 };
                }
                else
                {
                    unusable++;
                }
            }
        }
    }
}

/// <param name="Count">Samples in the file.</param>
/// <param name="Unusable">Samples that gave no prompt, see <see cref="SamplePrompts.Build"/>.</param>
/// <param name="Tokens">Of all together, prompts included.</param>
internal readonly record struct WrittenSamples(int Count, int Unusable, long Tokens)
{
    public double TokensPerSample => (double)Tokens / Count;
}
