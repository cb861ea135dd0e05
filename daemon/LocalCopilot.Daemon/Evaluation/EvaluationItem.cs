using System.Text;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Daemon.Evaluation;

/// <summary>A place at which models are compared: what they are shown, and what was really written there.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="Change">Items of the same change are not independent of each other: a commit and a file.</param>
/// <param name="Prompt">Tokens.</param>
/// <param name="Target">Tokens of <paramref name="Unfinished"/>, <paramref name="Expected"/> and the end of text.</param>
/// <param name="Unfinished">Text between the prompt's end and the cursor.</param>
/// <param name="Expected">What was written.</param>
/// <param name="SingleLine">Whether that is the rest of a line.</param>
internal sealed record EvaluationItem(string Path, string Commit, string Change, int[] Prompt, int[] Target, string Unfinished, string Expected, bool SingleLine, CursorPlace Place)
{
    /// <summary>UTF-8 bytes of what was written.</summary>
    public int Bytes { get; } = Math.Max(1, Encoding.UTF8.GetByteCount(Expected));

    public static EvaluationItem Of(PromptedSample sample) => new(
        sample.Sample.Path,
        sample.Sample.Commit.Sha,
        ChangeOf(sample.Sample),
        sample.Prompt.Tokens,
        [.. sample.Target],
        sample.Prompt.Unfinished,
        sample.Middle,
        sample.Sample.Middle.Kind == MiddleKind.RestOfLine,
        sample.Text.Place());

    /// <inheritdoc cref="Change"/>
    public static string ChangeOf(Sample sample) => $"{sample.Commit.Sha}:{sample.Path}";
}
