namespace LocalCopilot.Protocol;

/// <summary>Names of LocalCopilot's own methods and commands.</summary>
public static class LocalCopilotMethods
{
    /// <summary><see cref="HelloParams"/> → <see cref="HelloResult"/>; first message on the control channel.</summary>
    public const string Hello = "localCopilot/hello";

    /// <summary><see cref="StatusParams"/> → <see cref="StatusResult"/>.</summary>
    public const string Status = "localCopilot/status";

    /// <summary><see cref="CompleteParams"/> → <see cref="CompleteResult"/>.</summary>
    public const string Complete = "localCopilot/complete";

    /// <summary>→ array of <see cref="ModelDescription"/>.</summary>
    public const string ModelsList = "localCopilot/models/list";

    /// <summary><see cref="ModelsSelectParams"/> → <see cref="ModelDescription"/>.</summary>
    public const string ModelsSelect = "localCopilot/models/select";

    /// <summary><see cref="ShutdownParams"/> → <see cref="ShutdownResult"/>.</summary>
    public const string Shutdown = "localCopilot/shutdown";

    /// <summary><see cref="AdaptParams"/> → <see cref="AdaptationResult"/>.</summary>
    public const string Adapt = "localCopilot/adapt";

    /// <summary><see cref="RepositoryParams"/> → array of <see cref="Adapter"/>.</summary>
    public const string AdaptersList = "localCopilot/adapters/list";

    /// <summary><see cref="AdapterParams"/> → <see cref="Adapter"/>.</summary>
    public const string AdaptersActivate = "localCopilot/adapters/activate";

    /// <summary><see cref="RepositoryParams"/> → <see cref="AdaptersRollbackResult"/>.</summary>
    public const string AdaptersRollback = "localCopilot/adapters/rollback";

    /// <summary><see cref="AdapterParams"/>.</summary>
    public const string AdaptersRemove = "localCopilot/adapters/remove";

    /// <summary><see cref="AdaptersExportParams"/>.</summary>
    public const string AdaptersExport = "localCopilot/adapters/export";

    /// <summary><see cref="EvaluateParams"/> → <see cref="EvaluateResult"/>.</summary>
    public const string Evaluate = "localCopilot/evaluate";

    /// <summary><see cref="StatisticsParams"/> → <see cref="StatisticsResult"/>.</summary>
    public const string Statistics = "localCopilot/statistics";

    /// <summary><see cref="RepositoryParams"/>.</summary>
    public const string Forget = "localCopilot/forget";

    /// <summary>Notification to the client: <see cref="RepositoryStatus"/>.</summary>
    public const string AdaptationChanged = "localCopilot/adaptationChanged";

    /// <summary>Command of <c>workspace/executeCommand</c>: argument is the id of the completion that was accepted.</summary>
    public const string DidAcceptCompletionItemCommand = "localCopilot.didAcceptCompletionItem";

    /// <summary>Command of <c>workspace/executeCommand</c>: argument is a repository's uri.</summary>
    public const string AdaptCommand = "localCopilot.adapt";
}
