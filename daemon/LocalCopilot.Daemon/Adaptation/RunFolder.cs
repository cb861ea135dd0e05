using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>The files of one round of learning: what it is about, its samples, the worker's job and checkpoint, the candidate.</summary>
/// <remarks>
/// Kept until the round has ended, so that one that was interrupted goes on; then deleted. One for each repository. Names that depend
/// on what was trained on and how keep a checkpoint or a candidate from being taken for another round's.
/// </remarks>
internal sealed class RunFolder
{
    private readonly string _folder;

    private RunFolder(string folder, RunPlan plan)
    {
        _folder = folder;
        Plan = plan;
    }

    public RunPlan Plan { get; private set; }

    public string JobFile => Path.Combine(_folder, "job.json");

    public string SamplesFile => Path.Combine(_folder, "samples.jsonl");

    private static string PlanFile(string folder) => Path.Combine(folder, "run.json");

    /// <summary>The round of a repository that was interrupted; null: none was, or it cannot go on.</summary>
    public static RunPlan? Interrupted(LocalCopilotPaths paths, string repository) => Read(FolderOf(paths, repository)) is { IsRefresh: false } plan ? plan : null;

    /// <summary>Goes on with the interrupted round, where it has the same plan, or begins one.</summary>
    public static RunFolder Open(LocalCopilotPaths paths, string repository, RunPlan plan)
    {
        string folder = FolderOf(paths, repository);
        if (Read(folder) is { } interrupted && interrupted with { Steps = null } == plan with { Steps = null })
        {
            return new(folder, interrupted);
        }

        Delete(paths, repository);
        RunFolder run = new(folder, plan);
        run.Write();
        return run;
    }

    /// <summary>Remembers how long the training is, so that it is as long when it goes on.</summary>
    public void SetSteps(int steps)
    {
        Plan = Plan with { Steps = steps };
        Write();
    }

    /// <summary>Where the candidate goes that is made of the samples file in some way; other candidates and their checkpoints are removed.</summary>
    /// <param name="how">Everything else that it depends on.</param>
    public string CandidateFile(string how)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(how));
        hash.AppendData(SHA256.HashData(File.ReadAllBytes(SamplesFile)));
        string candidate = Path.Combine(_folder, $"candidate-{Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}.gguf");
        foreach (string other in Directory.EnumerateFiles(_folder, "candidate-*").Where(file => !file.StartsWith(candidate, StringComparison.Ordinal)))
        {
            File.Delete(other);
        }

        return candidate;
    }

    /// <summary>The round has ended.</summary>
    public void Delete() => DeleteFolder(_folder);

    public static void Delete(LocalCopilotPaths paths, string repository) => DeleteFolder(FolderOf(paths, repository));

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string FolderOf(LocalCopilotPaths paths, string repository) => Path.Combine(paths.RunDirectory, repository);

    private static RunPlan? Read(string folder)
    {
        try
        {
            return File.Exists(PlanFile(folder)) ? JsonSerializer.Deserialize(File.ReadAllBytes(PlanFile(folder)), RunPlanJson.Default.RunPlan) : null;
        }
        catch (JsonException)
        {
            // Another version's.
            return null;
        }
    }

    private void Write() => AtomicFile.Write(PlanFile(_folder), stream => JsonSerializer.Serialize(stream, Plan, RunPlanJson.Default.RunPlan));
}

/// <summary>What one round of learning is about.</summary>
/// <param name="ModelFingerprint">See <see cref="Engine.ModelFingerprint"/>.</param>
/// <param name="Head">The newest commit that it sees.</param>
/// <param name="Beginning">Id of the adapter that training begins from; null: a new one.</param>
/// <param name="BudgetMs">Milliseconds that training may compute.</param>
/// <param name="Steps">Steps of the training; null: not decided yet.</param>
/// <param name="IsRefresh">It comes after a round, see <see cref="Refresh"/>.</param>
internal sealed record RunPlan(string Root, string ModelFingerprint, string Head, string? Beginning, long BudgetMs, int? Steps = null, bool IsRefresh = false);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(RunPlan))]
internal sealed partial class RunPlanJson : JsonSerializerContext;
