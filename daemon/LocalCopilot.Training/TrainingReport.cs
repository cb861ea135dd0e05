using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalCopilot.Training;

/// <summary>What a run is doing.</summary>
public enum TrainingPhase
{
    /// <summary>Reading model and samples.</summary>
    Loading,

    /// <summary>Measuring held-out samples.</summary>
    Evaluating,

    /// <summary>Making steps.</summary>
    Training,

    /// <summary>Waiting for the request to go on.</summary>
    Paused,

    /// <summary>The adapter is written.</summary>
    Done,

    /// <summary>Stopped by request; the checkpoint is written.</summary>
    Stopped,

    /// <summary>Failed; the message says why.</summary>
    Failed,
}

/// <summary>How far a run is.</summary>
public sealed record TrainingReport
{
    /// <summary>What it is doing.</summary>
    public required TrainingPhase Phase { get; init; }

    /// <summary>Steps that were made.</summary>
    public int Step { get; init; }

    /// <summary>Steps of the whole run.</summary>
    public int Steps { get; init; }

    /// <summary>Mean loss of the last step's target tokens, in nats.</summary>
    public double? Loss { get; init; }

    /// <summary>The same, smoothed over about 20 steps.</summary>
    public double? SmoothedLoss { get; init; }

    /// <summary>Mean loss of held-out target tokens as last measured, in nats.</summary>
    public double? HeldOutLoss { get; init; }

    /// <summary>The same before anything was learned in this process.</summary>
    public double? FirstHeldOutLoss { get; init; }

    /// <summary>Learning rate of the last step.</summary>
    public double? LearningRate { get; init; }

    /// <summary>L2 norm of the last step's gradient.</summary>
    public double? GradientNorm { get; init; }

    /// <summary>Tokens a second since the process began to compute, pauses left out.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>Seconds until it is done, as far as one can say.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Samples that are learned.</summary>
    public int? Samples { get; init; }

    /// <summary>Samples left out because they are longer than a row.</summary>
    public int? TooLong { get; init; }

    /// <summary>Samples left out because they have nothing to learn.</summary>
    public int? Empty { get; init; }

    /// <summary>For people: what went wrong, or was done differently from what was asked.</summary>
    public string? Message { get; init; }

    /// <summary>One line of JSON, with members in camel case and those left out that are null.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.TrainingReport);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static TrainingReport FromJson(string line) => JsonSerializer.Deserialize(line, ReportJson.Default.TrainingReport) ?? throw new JsonException("The report is null.");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainingReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
