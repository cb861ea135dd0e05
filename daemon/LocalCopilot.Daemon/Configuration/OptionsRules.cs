namespace LocalCopilot.Daemon.Configuration;

/// <summary>The range of every setting.</summary>
internal static class OptionsRules
{
    /// <returns>Each value that is out of its range, with what to write.</returns>
    public static IEnumerable<string> Check(LocalCopilotOptions options)
    {
        (string Name, double Value, double Minimum, double Maximum)[] rules =
        [
            ("engine.threads", options.Engine.Threads, 0, 1024),
            ("engine.contextTokens", options.Engine.ContextTokens, 64, 1 << 20),
            ("engine.cachedDocuments", options.Engine.CachedDocuments, 1, 256),
            ("completion.maxTokens", options.Completion.MaxTokens, 1, 4096),
            ("completion.maxLineTokens", options.Completion.MaxLineTokens, 1, 4096),
            ("completion.contextShare", options.Completion.ContextShare, 0, 0.9),
            ("completion.minimumMeanLogProbability", options.Completion.MinimumMeanLogProbability, -100, 0),
            ("completion.alternatives", options.Completion.Alternatives, 1, 16),
            ("index.maxFileBytes", options.Index.MaxFileBytes, 1024, 1 << 28),
            ("index.maxFiles", options.Index.MaxFiles, 1, 10_000_000),
            ("history.maxCommits", options.History.MaxCommits, 1, 10_000_000),
            ("history.maxFilesInCommit", options.History.MaxFilesInCommit, 1, 1_000_000),
            ("history.maxLinesInCommit", options.History.MaxLinesInCommit, 1, 10_000_000),
            ("history.maxFileBytes", options.History.MaxFileBytes, 1024, 1 << 28),
            ("adaptation.samplesNeeded", options.Adaptation.SamplesNeeded, 1, 1_000_000),
            ("adaptation.maxOtherLoad", options.Adaptation.MaxOtherLoad, 0, 1024),
            ("adaptation.threads", options.Adaptation.Threads, 0, 1024),
            ("adaptation.freshEvery", options.Adaptation.FreshEvery, 1, 1000),
            ("adaptation.maxAdapterMegabytes", options.Adaptation.MaxAdapterMegabytes, 1, 1_000_000),
            ("gate.leastItems", options.Gate.LeastItems, 10, 10_000),
            ("gate.mostItems", options.Gate.MostItems, 10, 10_000),
            ("gate.canaryItems", options.Gate.CanaryItems, 10, 10_000),
            ("gate.maxForgotten", options.Gate.MaxForgotten, 0, 1),
            ("statistics.maxAnswers", options.Statistics.MaxAnswers, 0, 100_000_000),
            ("daemon.maxMessageBytes", options.Daemon.MaxMessageBytes, 64 * 1024, 256 * 1024 * 1024),
            ("daemon.maxOpenRequests", options.Daemon.MaxOpenRequests, 1, 65536),
        ];
        foreach (var (name, value, minimum, maximum) in rules)
        {
            if (!(value >= minimum && value <= maximum))
            {
                yield return $"{name} is {value}; write a number from {minimum} to {maximum}.";
            }
        }

        (string Name, TimeSpan Value)[] durations =
        [
            ("engine.unloadAfter", options.Engine.UnloadAfter),
            ("completion.decodeBudget", options.Completion.DecodeBudget),
            ("adaptation.idleAfter", options.Adaptation.IdleAfter),
            ("adaptation.resumeAfter", options.Adaptation.ResumeAfter),
            ("adaptation.budget", options.Adaptation.Budget),
            ("daemon.idleExit", options.Daemon.IdleExit),
        ];
        foreach (var (name, value) in durations)
        {
            if (value < TimeSpan.Zero || value > TimeSpan.FromDays(7))
            {
                yield return $"{name} is {value}; write a duration from \"00:00:00\" to \"7.00:00:00\".";
            }
        }

        if (!DailyHours.TryParse(options.Adaptation.Hours, out _))
        {
            yield return $"adaptation.hours is {options.Adaptation.Hours}; write two times of day, such as \"22:00-06:00\", or nothing for all hours.";
        }
    }
}
