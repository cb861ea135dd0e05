using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Tests.Completion;

/// <summary>One adapter for all repositories, as a test sets it.</summary>
internal sealed class FixedAdapter : IActiveAdapters
{
    public AdapterFile? Adapter { get; set; }

    public AdapterUnavailableException? Failure { get; private set; }

    public AdapterFile? Of(string? repositoryRoot, ServedModel model) => Adapter;

    public void Failed(AdapterUnavailableException failure)
    {
        Failure = failure;
        Adapter = null;
    }
}
