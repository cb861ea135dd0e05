using System.Collections.ObjectModel;

namespace LocalCopilot.Daemon.Configuration;

/// <summary>
/// The one place that knows where files lie. Every path can be given from outside through the environment
/// (XDG variables on Linux), so that tests run beside a user's daemon.
/// </summary>
internal sealed record LocalCopilotPaths
{
    /// <summary>Holds settings.json.</summary>
    public required string ConfigurationDirectory { get; init; }

    /// <summary>Holds what must survive: catalogue, adapters, index, models.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Holds logs and checkpoints.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Holds the socket and the lock of the daemon; only its user may enter (mode 0700).</summary>
    public required string RuntimeDirectory { get; init; }

    public string SettingsFile => Path.Combine(ConfigurationDirectory, "settings.json");

    public string IndexDirectory => Path.Combine(DataDirectory, "index");

    /// <summary>Holds what was read of repositories' histories.</summary>
    public string HistoryDirectory => Path.Combine(DataDirectory, "history");

    /// <summary>Holds the adapters' files, named by the hash of their content.</summary>
    public string AdapterDirectory => Path.Combine(DataDirectory, "adapters");

    /// <summary>The adapters that there are, which were active when, and how rounds of learning ended.</summary>
    public string CatalogueFile => Path.Combine(DataDirectory, "catalogue.db");

    /// <summary>Holds what a round of learning needs until it has ended: job, samples, checkpoint.</summary>
    public string RunDirectory => Path.Combine(StateDirectory, "runs");

    /// <summary>What became of completions.</summary>
    public string StatisticsFile => Path.Combine(DataDirectory, "statistics.db");

    public string LogDirectory => Path.Combine(StateDirectory, "logs");

    public string LogFile => Path.Combine(LogDirectory, "daemon.log");

    /// <summary>Held by the running daemon.</summary>
    public string LockFile => Path.Combine(RuntimeDirectory, "daemon.lock");

    /// <summary>Held by a client through check, launch and connect.</summary>
    public string LaunchLockFile => Path.Combine(RuntimeDirectory, "launch.lock");

    public string SocketFile => Path.Combine(RuntimeDirectory, "daemon.sock");

    /// <summary>Variables that lead <see cref="FromEnvironment"/> to these paths, for a process that is to use them, beside those that it inherits.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Paths that have nothing in common with the user's.</summary>
    /// <param name="folder">Absolute; all of them lie in it.</param>
    public static LocalCopilotPaths Within(string folder)
    {
        Dictionary<string, string> environment = OperatingSystem.IsWindows()
            ? new() { ["LOCALAPPDATA"] = folder }
            : new()
            {
                ["XDG_CONFIG_HOME"] = Path.Combine(folder, "config"),
                ["XDG_DATA_HOME"] = Path.Combine(folder, "data"),
                ["XDG_STATE_HOME"] = Path.Combine(folder, "state"),
                ["XDG_RUNTIME_DIR"] = Path.Combine(folder, "run"),
            };
        return FromEnvironment(environment.GetValueOrDefault) with { Environment = environment };
    }

    /// <summary>The paths for this user and operating system.</summary>
    /// <param name="environment">Reads one environment variable; null where it is not set.</param>
    public static LocalCopilotPaths FromEnvironment(Func<string, string?> environment)
    {
        string Variable(string name, Func<string> otherwise) =>
            environment(name) is { Length: > 0 } value && Path.IsPathFullyQualified(value) ? value : otherwise();

        string home = Variable(OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME", () => System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile, System.Environment.SpecialFolderOption.DoNotVerify));
        if (OperatingSystem.IsWindows())
        {
            string local = Path.Combine(Variable("LOCALAPPDATA", () => Path.Combine(home, "AppData", "Local")), "LocalCopilot");
            return new()
            {
                ConfigurationDirectory = local,
                DataDirectory = Path.Combine(local, "data"),
                StateDirectory = Path.Combine(local, "state"),
                RuntimeDirectory = Path.Combine(local, "run"),
            };
        }

        string runtimeFallback() => Path.Combine(Path.GetTempPath(), $"localcopilot-{System.Environment.UserName}");
        if (OperatingSystem.IsMacOS())
        {
            string library = Path.Combine(home, "Library");
            return new()
            {
                ConfigurationDirectory = Path.Combine(Variable("XDG_CONFIG_HOME", () => Path.Combine(library, "Preferences")), "localcopilot"),
                DataDirectory = Path.Combine(Variable("XDG_DATA_HOME", () => Path.Combine(library, "Application Support")), "localcopilot"),
                StateDirectory = Path.Combine(Variable("XDG_STATE_HOME", () => Path.Combine(library, "Logs")), "localcopilot"),
                RuntimeDirectory = environment("XDG_RUNTIME_DIR") is { Length: > 0 } macRuntime ? Path.Combine(macRuntime, "localcopilot") : runtimeFallback(),
            };
        }

        return new()
        {
            ConfigurationDirectory = Path.Combine(Variable("XDG_CONFIG_HOME", () => Path.Combine(home, ".config")), "localcopilot"),
            DataDirectory = Path.Combine(Variable("XDG_DATA_HOME", () => Path.Combine(home, ".local", "share")), "localcopilot"),
            StateDirectory = Path.Combine(Variable("XDG_STATE_HOME", () => Path.Combine(home, ".local", "state")), "localcopilot"),
            RuntimeDirectory = environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, "localcopilot") : runtimeFallback(),
        };
    }
}
