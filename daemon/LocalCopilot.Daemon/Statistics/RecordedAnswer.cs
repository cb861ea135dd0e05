namespace LocalCopilot.Daemon.Statistics;

/// <summary>An answer, and what is known by now of its suggestions.</summary>
internal sealed class RecordedAnswer(AnswerFacts facts)
{
    public AnswerFacts Facts => facts;

    /// <summary>Of all its suggestions; the recorder's, under its lock.</summary>
    public Outcome Outcome { get; set; }
}
