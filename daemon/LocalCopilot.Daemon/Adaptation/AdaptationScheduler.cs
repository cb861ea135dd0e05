using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Protocol;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>Begins rounds of learning by itself: when there is enough that is new, or one was interrupted, and the machine is idle.</summary>
/// <remarks>
/// One loop. Whatever fails is logged, and tried again when something has changed or after a while; meanwhile the other repositories
/// have their turn. The one that has waited longest comes first.
/// </remarks>
internal sealed partial class AdaptationScheduler(
    LearningLoop loop,
    AdapterStore adapters,
    DisabledRepositories disabled,
    CompletionActivity activity,
    LocalCopilotPaths paths,
    LocalCopilotOptions options,
    TimeProvider time,
    ILogger<AdaptationScheduler> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>A watcher may miss what happens.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    /// <summary>What failed for a reason outside the repository, as on a full disk, is tried again after so long.</summary>
    private static readonly TimeSpan TryAgain = TimeSpan.FromMinutes(10);

    private readonly IdleMachine _machine = new(activity, options.Adaptation, time, PowerSupply.IsOnBattery, ProcessorUse.Read);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long looked = time.GetTimestamp();
        string? failure = null;
        while (options.Adaptation.Automatic)
        {
            await Task.Delay(Interval, time, stoppingToken);
            bool lookAgain = time.GetElapsedTime(looked) >= LookAgain;
            looked = lookAgain ? time.GetTimestamp() : looked;
            try
            {
                await CountAsync(lookAgain, stoppingToken);
                if (Next() is var (repository, request) && _machine.WhyNot() is null)
                {
                    await RunAsync(repository, request, stoppingToken);
                }

                failure = null;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Completions go on, whatever it is; it is said once, not every two seconds.
                if (failure != exception.Message)
                {
                    Log.Failed(logger, exception.Message);
                }

                failure = exception.Message;
            }
        }
    }

    private async Task CountAsync(bool lookAgain, CancellationToken cancellationToken)
    {
        foreach (FollowedRepository repository in loop.Followed.Where(repository => disabled.ReasonOf(repository.Root) is null))
        {
            bool isNew = repository.MayHaveChanged || (lookAgain && repository.LookAtHead());
            if (!isNew || activity.Quiet < options.Adaptation.ResumeAfter)
            {
                continue;
            }

            repository.MayHaveChanged = false;
            repository.FailedAt = null;
            repository.LookAtHead();
            if (repository.Head is not null && !await loop.CountAsync(repository, cancellationToken))
            {
                repository.MayHaveChanged = true;
            }
        }
    }

    private (FollowedRepository Repository, AdaptationRequest Request)? Next()
    {
        string fingerprint = loop.Fingerprint();
        return loop.Followed
            .Where(repository => repository.Head is not null && disabled.ReasonOf(repository.Root) is null && (repository.FailedAt is not { } failed || time.GetElapsedTime(failed) >= TryAgain))
            .Select(repository => (Repository: repository, Key: RepositoryKey.Of(repository.Root)))
            .Select(one => (one.Repository, one.Key, Rounds: adapters.Catalogue.Rounds(one.Key, fingerprint), Interrupted: RunFolder.Interrupted(paths, one.Key)))
            .Where(one => one.Interrupted is { } interrupted
                ? interrupted.ModelFingerprint == fingerprint
                : (one.Rounds is not [{ } last, ..] || last.Head != one.Repository.Head) && one.Repository.InVain != (one.Repository.Head, fingerprint) && one.Repository.NewSamples >= AdaptationRun.Needed(options.Adaptation, adapters.Active(one.Key, fingerprint) is not null))
            .OrderBy(one => one.Rounds is [{ } last, ..] ? last.Ended : DateTimeOffset.MinValue)
            .Select(one => ((FollowedRepository, AdaptationRequest)?)(one.Repository, new(one.Repository.Root, Force: one.Interrupted is not null, Budget: one.Interrupted is { } plan ? TimeSpan.FromMilliseconds(plan.BudgetMs) : null)))
            .FirstOrDefault();
    }

    /// <summary>A round that began by itself ends, to go on later, when the machine goes over to its battery or its hours are over.</summary>
    private async Task RunAsync(FollowedRepository repository, AdaptationRequest request, CancellationToken stoppingToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var begun = (repository.Head, loop.Fingerprint());
        Task<AdaptationResult> round = loop.AdaptAsync(request, repository, ending.Token);
        while (await Task.WhenAny(round, Task.Delay(Interval, time, stoppingToken)) != round && !stoppingToken.IsCancellationRequested)
        {
            if (_machine.WhyNotGoOn() is { } reason)
            {
                Log.Interrupted(logger, reason);
                await ending.CancelAsync();
                break;
            }
        }

        try
        {
            if ((await round).Outcome is not (AdaptationOutcome.Activated or AdaptationOutcome.Rejected))
            {
                // Samples are counted as they are, and some of them teach nothing; or the model cannot be trained.
                repository.InVain = begun;
            }
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // It goes on when the machine is idle again, or whoever asked for it to be forgotten has it.
        }
        catch (Exception) when (!stoppingToken.IsCancellationRequested)
        {
            repository.FailedAt = time.GetTimestamp();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A round of learning could not be done: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Information, "A round of learning was interrupted, and goes on later: {Reason}")]
        public static partial void Interrupted(ILogger logger, string reason);
    }
}
