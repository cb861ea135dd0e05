namespace LocalCopilot.Daemon.Statistics;

/// <summary>What does not change any more of an answer that an editor was given.</summary>
/// <param name="Repository">Root folder of the document's repository; null for a plain file.</param>
/// <param name="Language">LSP's language id.</param>
/// <param name="Adapter">Id of the adapter that it was made with; null: the base model.</param>
/// <param name="Latency">From request to answer.</param>
internal sealed record AnswerFacts(DateTimeOffset Time, string? Repository, string Language, string? Adapter, TimeSpan Latency);
