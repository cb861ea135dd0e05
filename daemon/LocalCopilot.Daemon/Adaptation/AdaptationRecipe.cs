using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Samples;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Optimization;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>Chooses the recipe of a round.</summary>
internal delegate AdaptationRecipe RecipeChoice(ServedModel model);

/// <summary>How a model is taught a repository. docs/adaptation.md has the experiments behind the numbers.</summary>
internal sealed record AdaptationRecipe
{
    /// <summary>Up to this many parameters a model is small: it learns, and forgets, faster.</summary>
    private const long MostParametersOfSmall = 50_000_000;

    /// <summary>Multiplications that a step's tokens take, by parameter, and what two threads of a laptop do of them a second: 7,000 tokens a second with 3 million parameters.</summary>
    private const double TokensTimesParameters = 1.5e10;

    public LoraOptions Lora { get; init; } = new() { Rank = 16, Alpha = 32 };

    public TrainingRecipe Training { get; init; } = new() { LearningRate = 6e-3, SamplesPerStep = 4, RowTokens = 1024, Warmup = 0.05, FinalStrength = 0.8 };

    /// <summary>Times that a sample is seen, at most.</summary>
    public double MostEpochs { get; init; } = 3;

    /// <summary>Times that a <see cref="Refresh"/> sees a sample.</summary>
    public double RefreshEpochs { get; init; } = 4;

    /// <summary>Learning rate of a <see cref="Refresh"/>, as a part of the one from the base model.</summary>
    public double RefreshRate { get; init; } = 0.5;

    /// <summary>Share of the samples that is of the current tree, 0..1; the others are of commits.</summary>
    public double TreeShare { get; init; } = 0.25;

    /// <summary>What a token before the cursor counts in the loss, where one that is to be written counts 1; only where a model's prompts end with it.</summary>
    public float PrefixWeight { get; init; } = 0.3f;

    /// <summary>Tokens of a sample's prompt, at most; null: as many as serving uses.</summary>
    public int? PromptTokens { get; init; } = 320;

    /// <summary>Samples of a round, at most, however much time there is.</summary>
    public int MostSamples { get; init; } = 8000;

    /// <inheritdoc cref="RecipeChoice"/>
    public static AdaptationRecipe For(ServedModel model)
    {
        AdaptationRecipe recipe = new();
        return recipe with { Training = recipe.Training with { LearningRate = model.Parameters <= MostParametersOfSmall ? 6e-3 : 6e-4 } };
    }

    /// <summary>Tokens that are trained a second where nobody has measured it yet.</summary>
    public static double ExpectedSpeed(ServedModel model) => TokensTimesParameters / model.Parameters;

    /// <summary>What serving gives a prompt, or less where shorter ones teach more in the same time.</summary>
    public PromptBudget Budget(ServedModel model, CompletionOptions options) =>
        PromptTokens is { } tokens && tokens < model.ContextTokens / 2 ? PromptBudget.For(tokens, 0, options.ContextShare) : PromptBudget.Of(model.ContextTokens, 0, options);

    /// <summary>How many samples are worth collecting.</summary>
    /// <param name="tokens">That can be trained in the time there is.</param>
    public SelectionOptions Selection(long tokens, PromptBudget budget, GateOptions gate)
    {
        int samples = (int)Math.Clamp(tokens / Math.Max(1, budget.Total * 0.8), 64, MostSamples);
        return new()
        {
            LeastHeldOut = gate.LeastItems + (gate.LeastItems / 2),
            MostHeldOut = gate.MostItems,
            MostOfCommits = (int)(samples * (1 - TreeShare)),
            MostOfTree = (int)(samples * TreeShare),
        };
    }
}
