using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Builds the prompts of samples, with the builder that serving uses.</summary>
/// <param name="repositoryName">As serving names it: the root folder's name.</param>
/// <param name="mostTargetTokens">Samples with a longer target are left out.</param>
internal sealed class SamplePrompts(SampleStore store, SampleTexts texts, LlamaVocabulary vocabulary, PromptBuilder builder, PromptBudget budget, string repositoryName, int mostTargetTokens, bool useContext = true)
{
    /// <summary>Whether the text before the cursor is what comes last in a prompt.</summary>
    public bool EndWithPrefix => builder.Family.Order != PromptOrder.PrefixFirst;

    /// <returns>Null where its text is not there any more or not to be learned from, or where it is too long.</returns>
    public PromptedSample? Build(Sample sample)
    {
        if (texts.Of(sample.Path, sample.Blob) is not { } fileText)
        {
            return null;
        }

        SampleText text = new(sample, fileText);
        BuiltPrompt prompt = builder.Build(
            new()
            {
                Path = sample.Path,
                Repository = repositoryName,
                Chunks = Chunks(sample, text.Outline(budget)),
                Prefix = text.Prefix,
                Suffix = text.Suffix,
                LeavesEndOpen = true,
            },
            budget);
        List<int> target = [.. vocabulary.Tokenize(prompt.Unfinished + text.Middle)];
        if (vocabulary.EndOfText is { } end)
        {
            target.Add(end);
        }

        return target.Count <= mostTargetTokens && prompt.Tokens.Length > 0 ? new(sample, text, prompt, text.Middle, target) : null;
    }

    /// <summary>The best comes last, right before the file; the file's own outline after it.</summary>
    private List<PromptChunk> Chunks(Sample sample, string outline)
    {
        List<PromptChunk> chunks = [];
        if (!useContext)
        {
            return chunks;
        }

        foreach (ChunkPlace place in store.ContextOf(sample.Id).Reverse())
        {
            if (texts.Of(place) is { } chunk)
            {
                chunks.Add(new(place.Path, chunk));
            }
        }

        if (outline.Length > 0)
        {
            chunks.Add(new(sample.Path, outline));
        }

        return chunks;
    }
}
