using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.Daemon.Samples;

/// <summary>A sample's text as serving would have had it: the file without the middle, the cursor in its place.</summary>
internal sealed class SampleText(Sample sample, string text)
{
    /// <summary>UTF-16 units on either side of the cursor.</summary>
    private const int InSight = 8000;

    public ReadOnlyMemory<char> Prefix => text.AsMemory(0, sample.Middle.Start);

    public ReadOnlyMemory<char> Suffix => text.AsMemory(sample.Middle.End);

    /// <summary>The cursor, with no more of the file than a suggestion's end and its clean-up look at.</summary>
    public CursorPlace Place()
    {
        int begin = Prefix.Length <= InSight ? 0 : Prefix.Span[..^InSight].LastIndexOf('\n') + 1;
        ReadOnlySpan<char> before = Prefix.Span[begin..];
        TextPosition cursor = new(before.Count('\n'), before.Length - before.LastIndexOf('\n') - 1);
        return new(string.Concat(before, Suffix.Span[..Math.Min(InSight, Suffix.Length)]), cursor);
    }

    public string Middle => text.Substring(sample.Middle.Start, sample.Middle.Length);

    /// <param name="budget">The prompt's: what is out of its view is outlined.</param>
    public string Outline(PromptBudget budget) => FileOutline.Of(Prefix.Span, budget.InView);

    public ContextQuery Query(PromptBudget budget) => ContextQuery.Around(null, sample.Path, "", Prefix, Suffix, Outline(budget));
}
