namespace LocalCopilot.Daemon.Samples;

/// <param name="Commits">Commits read by now, of those that were new.</param>
internal readonly record struct HistoryProgress(int Commits, int NewCommits, int Samples);
