using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Completion.Prompts;

namespace LocalCopilot.Daemon.Samples;

/// <summary>A sample's text as serving would have had it: the file without the middle, the cursor in its place.</summary>
internal sealed class SampleText(Sample sample, string text)
{
    public ReadOnlyMemory<char> Prefix => text.AsMemory(0, sample.Middle.Start);

    public ReadOnlyMemory<char> Suffix => text.AsMemory(sample.Middle.End);

    public string Middle => text.Substring(sample.Middle.Start, sample.Middle.Length);

    /// <param name="budget">The prompt's: what is out of its view is outlined.</param>
    public string Outline(PromptBudget budget) => FileOutline.Of(Prefix.Span, budget.InView);

    public ContextQuery Query(PromptBudget budget) => ContextQuery.Around(null, sample.Path, "", Prefix, Suffix, Outline(budget));
}
