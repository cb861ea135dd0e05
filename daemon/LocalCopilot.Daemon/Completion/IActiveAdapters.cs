using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Daemon.Completion;

/// <summary>Says which adapter a repository's completions are made with. Callable from any thread, for every key that is pressed.</summary>
internal interface IActiveAdapters
{
    /// <param name="repositoryRoot">Null for a plain file.</param>
    /// <returns>Null: the base model.</returns>
    AdapterFile? Of(string? repositoryRoot, ServedModel model);

    /// <summary>An adapter turned out to be unusable: it is not served any more.</summary>
    void Failed(AdapterUnavailableException failure);
}
