using System.Diagnostics;
using LibGit2Sharp;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Daemon.Models;
using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Diagnosis;

/// <summary>Everything that `doctor` looks at, in order: each is one small method below.</summary>
internal static class Examinations
{
    private const long LeastDiskBytes = 500_000_000;
    private const long LeastMemoryBytes = 300_000_000;

    public static IEnumerable<IExamination> All(LocalCopilotPaths paths, TimeProvider time) =>
    [
        new Examination("natives", Natives),
        new Examination("devices", Devices),
        new Examination("settings", () => Settings(paths)),
        new Examination("model", () => Model(paths, time)),
        .. ((string[])[paths.ConfigurationDirectory, paths.DataDirectory, paths.StateDirectory]).Select(folder => new Examination("folder", () => Folder(folder))),
        new Examination("socket", () => Socket(paths)),
        new AsyncExamination("daemon", cancellationToken => DaemonAsync(paths, time, cancellationToken)),
        new Examination("disk", () => Disk(paths)),
        new Examination("memory", Memory),
        new Examination("git", Git),
    ];

    private static Finding Natives() => new("natives", FindingState.Ok, $"llama.cpp {LlamaRuntime.Version} from {LlamaRuntime.DefaultFolder}");

    private static Finding Devices() => new("devices", FindingState.Ok, string.Join("; ", LlamaRuntime.Devices().Select(device => $"{device.Name} ({device.Description.Trim()})")));

    private static Finding Settings(LocalCopilotPaths paths)
    {
        SettingsFile.Load(paths.SettingsFile);
        return new("settings", FindingState.Ok, File.Exists(paths.SettingsFile) ? paths.SettingsFile : $"none, defaults are used ({paths.SettingsFile})");
    }

    private static Finding Model(LocalCopilotPaths paths, TimeProvider time)
    {
        LocalCopilotOptions options = SettingsFile.Load(paths.SettingsFile);
        string path = options.Model.Path.Length > 0 ? options.Model.Path : EmbeddedModelFile.Path;
        using AbortFlag abort = new();
        long start = time.GetTimestamp();
        using LoadedModel model = LoadedModel.Load(path, options.Engine, abort, TimeProvider.System);
        TimeSpan loading = time.GetElapsedTime(start);
        int[] prompt = model.Model.Vocabulary.Tokenize(string.Concat(Enumerable.Repeat("public int Add(int a, int b) => a + b;\n", 20)));
        start = time.GetTimestamp();
        PromptEvaluation.Evaluate(model, model.Sequences.Acquire(new("doctor"), prompt, evaluation: false), prompt);
        double rate = prompt.Length / time.GetElapsedTime(start).TotalSeconds;
        string text = FormattableString.Invariant($"{model.Served.Id}, {model.Model.Parameters / 1e6:0.#}M parameters, loaded in {loading.TotalMilliseconds:0} ms, {rate:0} prompt tokens/s on {model.Device.Name} with {EngineThreads.Resolve(options.Engine.Threads)} threads");
        return model.Model.Vocabulary.FimMiddle is null
            ? new("model", FindingState.Warning, text, "It has no fill-in-the-middle tokens: completions see only what is before the cursor. `localcopilot models list` shows others.")
            : new("model", FindingState.Ok, text);
    }

    private static Finding Folder(string folder)
    {
        Directory.CreateDirectory(folder);
        string probe = Path.Combine(folder, Path.GetRandomFileName());
        File.WriteAllBytes(probe, []);
        File.Delete(probe);
        return new("folder", FindingState.Ok, folder);
    }

    private static Finding Socket(LocalCopilotPaths paths)
    {
        RuntimeFolder.Ensure(paths);
        return new("socket", FindingState.Ok, paths.SocketFile);
    }

    private static async Task<Finding> DaemonAsync(LocalCopilotPaths paths, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await using DaemonClient client = await DaemonClient.ConnectAsync(paths, startIfNeeded: false, time, cancellationToken);
            var status = (await client.Control.StatusAsync(new(), cancellationToken)).Daemon;
            return new("daemon", FindingState.Ok, $"version {status.Version}, process {status.ProcessId}, {status.ResidentBytes / 1_000_000} MB");
        }
        catch (DaemonUnavailableException exception) when (exception.NotRunning)
        {
            return new("daemon", FindingState.Ok, "not running; the first editor starts it");
        }
    }

    private static Finding Disk(LocalCopilotPaths paths)
    {
        DriveInfo drive = new(paths.DataDirectory);
        string text = FormattableString.Invariant($"{drive.AvailableFreeSpace / 1e9:0.0} GB free for {paths.DataDirectory}");
        return drive.AvailableFreeSpace < LeastDiskBytes
            ? new("disk", FindingState.Warning, text, "Indexes and adapters need a few hundred MB: free some, or set XDG_DATA_HOME to another disk.")
            : new("disk", FindingState.Ok, text);
    }

    private static Finding Memory()
    {
        long free = FreeMemory.Read();
        if (free == 0)
        {
            return new("memory", FindingState.Ok, "this system does not say how much is free");
        }

        string text = FormattableString.Invariant($"{ModelMemory.Describe(free)} of {ModelMemory.Describe(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} free");
        return free < LeastMemoryBytes
            ? new("memory", FindingState.Warning, text, "The embedded model needs about 150 MB; others what `localcopilot models list` says. Close something, or select a smaller model.")
            : new("memory", FindingState.Ok, text);
    }

    private static Finding Git()
    {
        string version = GlobalSettings.Version.InformationalVersion.Split('+')[0];
        if (Repository.Discover(Environment.CurrentDirectory) is not { } found)
        {
            return new("git", FindingState.Ok, $"libgit2 ({version}); this folder belongs to no repository");
        }

        using Repository repository = new(found);
        return new("git", FindingState.Ok, $"libgit2 ({version}); this folder belongs to {repository.Info.WorkingDirectory ?? repository.Info.Path}");
    }

    private sealed class Examination(string name, Func<Finding> run) : IExamination
    {
        public Task<Finding> RunAsync(CancellationToken cancellationToken) => Task.Run(
            () =>
            {
                try
                {
                    return run();
                }
                catch (Exception exception) when (IsFinding(exception))
                {
                    return Failed(name, exception);
                }
            },
            cancellationToken);
    }

    private sealed class AsyncExamination(string name, Func<CancellationToken, Task<Finding>> run) : IExamination
    {
        public async Task<Finding> RunAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await run(cancellationToken);
            }
            catch (Exception exception) when (IsFinding(exception))
            {
                return Failed(name, exception);
            }
        }
    }

    private static bool IsFinding(Exception exception) => exception is not (OutOfMemoryException or OperationCanceledException or UnreachableException);

    private static Finding Failed(string name, Exception exception) => new(name, FindingState.Failure, exception.Message, name switch
    {
        "natives" or "devices" => "Build the project again: `dotnet build` fetches llama.cpp's libraries.",
        _ when exception is SettingsException => "Correct the file, or move it away to use the defaults.",
        "model" => "`localcopilot models select embedded` goes back to the model that comes with the program.",
        "folder" => "Make it writable for you, or set XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_STATE_HOME to folders that are.",
        "socket" => "Set XDG_RUNTIME_DIR to a folder that only you can enter.",
        "daemon" => "`localcopilot stop` ends it; the next command starts another.",
        "disk" => "Set XDG_DATA_HOME to a folder on a disk that can be looked at.",
        "git" => "`git fsck` says what is wrong with the repository; completions go on without its other files.",
        _ => "Please report this as a defect, with these lines.",
    });
}
