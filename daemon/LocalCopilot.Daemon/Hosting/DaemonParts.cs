using Microsoft.Extensions.DependencyInjection;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>The services of every folder, one line for each.</summary>
internal static class DaemonParts
{
    public static IServiceCollection AddDaemonParts(this IServiceCollection services)
    {
        services.AddSingleton<Engine.InferenceEngine>();
        services.AddSingleton<Engine.IInferenceEngine>(provider => provider.GetRequiredService<Engine.InferenceEngine>());
        services.AddSingleton<Engine.IEngineStatus>(provider => provider.GetRequiredService<Engine.InferenceEngine>());
        services.AddSingleton<Documents.OpenDocuments>();
        services.AddSingleton<Git.DisabledRepositories>();
        services.AddSingleton<Completion.Context.ContextSource>();
        services.AddSingleton<Completion.Context.IContextSource>(provider => provider.GetRequiredService<Completion.Context.ContextSource>());
        services.AddSingleton<Completion.Context.StickyContext>();
        services.AddSingleton<Completion.Rhythm.TypingRhythms>();
        services.AddSingleton<Completion.CompletionActivity>();
        services.AddSingleton<Completion.CompletionCounters>();
        services.AddSingleton<Completion.SuggestionLog>();
        services.AddSingleton<Completion.CompletionService>();
        services.AddSingleton<Completion.ICompletionService>(provider => provider.GetRequiredService<Completion.CompletionService>());
        services.AddSingleton<Completion.ICompletionFeedback, Completion.AcceptancePrefetch>();
        services.AddSingleton<Adapters.AdapterStore>();
        services.AddSingleton<Adapters.AdapterExport>();
        services.AddSingleton<Completion.IActiveAdapters, Adapters.ActiveAdapters>();
        services.AddSingleton<Training.TrainingWorker>();
        services.AddSingleton<Adaptation.SampleCollector>();
        services.AddSingleton<Adaptation.CandidateTraining>();
        services.AddSingleton<Adaptation.CandidateMeasurement>();
        services.AddSingleton<Adaptation.Refresh>();
        services.AddSingleton<Adaptation.RecipeChoice>(Adaptation.AdaptationRecipe.For);
        services.AddSingleton<Adaptation.Activation>();
        services.AddSingleton<Adaptation.AdaptationRun>();
        services.AddSingleton<Adaptation.HeldOutEvaluation>();
        services.AddSingleton<Adaptation.LearningLoop>();
        services.AddHostedService<Adaptation.AdaptationScheduler>();
        services.AddSingleton<Statistics.StatisticsStore>(provider => ActivatorUtilities.CreateInstance<Statistics.StatisticsStore>(provider, provider.GetRequiredService<Configuration.LocalCopilotPaths>().StatisticsFile));
        services.AddSingleton<Statistics.CompletionRecorder>();
        services.AddSingleton<Completion.ICompletionFeedback>(provider => provider.GetRequiredService<Statistics.CompletionRecorder>());
        services.AddSingleton<Models.ModelFolders>(provider => new(provider.GetRequiredService<Configuration.LocalCopilotPaths>(), Environment.GetEnvironmentVariable));
        services.AddSingleton<Models.ModelDiscovery>();
        services.AddSingleton<Models.IModelSelection, Models.ModelSelection>();
        return services;
    }
}
