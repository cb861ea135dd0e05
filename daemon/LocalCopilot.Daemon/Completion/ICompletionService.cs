namespace LocalCopilot.Daemon.Completion;

/// <summary>The completion pipeline: context, prompt, decode, clean up.</summary>
internal interface ICompletionService
{
    Task<CompletionResult> CompleteAsync(CompletionRequest request, CancellationToken cancellationToken);
}
