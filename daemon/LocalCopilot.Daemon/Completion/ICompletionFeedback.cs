namespace LocalCopilot.Daemon.Completion;

/// <summary>Hears what became of suggestions. An id that is not known, any more, is ignored.</summary>
internal interface ICompletionFeedback
{
    void Shown(string completionId);

    void Accepted(string completionId);

    /// <param name="acceptedLength">UTF-16 units accepted so far, in all.</param>
    void PartiallyAccepted(string completionId, int acceptedLength);
}
