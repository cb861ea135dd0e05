using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Optimization;

namespace LocalCopilot.Training;

/// <summary>Everything a run needs, as one JSON file.</summary>
public sealed record TrainingJob
{
    /// <summary>GGUF file of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Samples to learn, see <see cref="Data.SampleFile"/>.</summary>
    public required string Samples { get; init; }

    /// <summary>Samples to measure with, never learned; null: none.</summary>
    public string? HeldOut { get; init; }

    /// <summary>Where the adapter goes, as GGUF.</summary>
    public required string Output { get; init; }

    /// <summary>Folder for the adapter in PEFT's format too; null: not written.</summary>
    public string? PeftFolder { get; init; }

    /// <summary>Where the run's state is kept until it is done; null: beside the output, with the ending <c>.checkpoint</c>.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Adapter to begin from, of the same model and shape: a GGUF file or a folder of PEFT's; null: a new one.</summary>
    public string? Beginning { get; init; }

    /// <summary>Shape of the adapter.</summary>
    public LoraOptions Lora { get; init; } = new();

    /// <summary>How it is trained.</summary>
    public TrainingRecipe Recipe { get; init; } = new();

    /// <summary>Threads of the processor; null: half of them, at least one.</summary>
    public int? Threads { get; init; }

    /// <summary>Name of the device that computes, e.g. <c>Vulkan0</c>; null: the processor.</summary>
    public string? Device { get; init; }

    /// <summary>Bytes that training may take; null: four fifths of what is free.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Seconds between two checkpoints.</summary>
    public double CheckpointSeconds { get; init; } = 30;

    /// <summary>Seconds of computing after which the run ends with what it has learned by then; null: no limit.</summary>
    public double? MaxSeconds { get; init; }

    /// <summary>The checkpoint's file.</summary>
    [JsonIgnore]
    public string CheckpointPath => Checkpoint ?? Output + ".checkpoint";

    /// <summary>Reads a job file. What it leaves out has the defaults that are stated here.</summary>
    /// <exception cref="TrainingException">It is not JSON of a job.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TrainingJob Read(string path)
    {
        try
        {
            JsonObject job = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new JsonException("It is no object.");
            Complete(job, Defaults());
            return job.Deserialize(JobJson.Default.TrainingJob)!;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new TrainingException($"{path} is no training job: {exception.Message}", exception);
        }
    }

    /// <summary>Writes a job file.</summary>
    public void Write(string path) => DurableFile.Write(path, stream => JsonSerializer.Serialize(stream, this, JobJson.Default.TrainingJob));

    /// <summary>All that need not be given. Generated serializers give 0 and null to what is left out, whatever its default is.</summary>
    private static JsonObject Defaults()
    {
        JsonObject defaults = JsonSerializer.SerializeToNode(new TrainingJob { Model = "", Samples = "", Output = "" }, JobJson.Default.TrainingJob)!.AsObject();
        foreach (string required in (string[])["model", "samples", "output"])
        {
            defaults.Remove(required);
        }

        return defaults;
    }

    private static void Complete(JsonObject given, JsonObject defaults)
    {
        foreach ((string name, JsonNode? value) in defaults)
        {
            if (!given.TryGetPropertyValue(name, out JsonNode? present))
            {
                given[name] = value?.DeepClone();
            }
            else if (present is JsonObject part && value is JsonObject defaultsOfPart)
            {
                Complete(part, defaultsOfPart);
            }
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(TrainingJob))]
[JsonSerializable(typeof(LoraOptions))]
[JsonSerializable(typeof(TrainingRecipe))]
internal sealed partial class JobJson : JsonSerializerContext;
