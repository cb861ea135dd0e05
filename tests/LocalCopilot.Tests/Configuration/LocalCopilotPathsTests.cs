using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Tests.Configuration;

public class LocalCopilotPathsTests
{
    [Fact]
    public void Paths_follow_the_xdg_variables()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "XDG variables are Linux's.");
        Dictionary<string, string?> environment = new() { ["HOME"] = "/home/a", ["XDG_DATA_HOME"] = "/data", ["XDG_RUNTIME_DIR"] = "/run/user/7" };

        var paths = LocalCopilotPaths.FromEnvironment(name => environment.GetValueOrDefault(name));

        Assert.Equal("/home/a/.config/localcopilot/settings.json", paths.SettingsFile);
        Assert.Equal("/data/localcopilot", paths.DataDirectory);
        Assert.Equal("/home/a/.local/state/localcopilot", paths.StateDirectory);
        Assert.Equal("/run/user/7/localcopilot/daemon.sock", paths.SocketFile);
    }

    [Fact]
    public void A_process_with_the_environment_of_paths_within_a_folder_finds_the_same_paths()
    {
        string folder = Path.Combine(Path.GetTempPath(), "lc-paths");

        LocalCopilotPaths paths = LocalCopilotPaths.Within(folder);

        Assert.Equal(paths, LocalCopilotPaths.FromEnvironment(name => paths.Environment.GetValueOrDefault(name)) with { Environment = paths.Environment });
        Assert.All((string[])[paths.ConfigurationDirectory, paths.DataDirectory, paths.StateDirectory, paths.RuntimeDirectory], path => Assert.StartsWith(folder + Path.DirectorySeparatorChar, path, StringComparison.Ordinal));
        Assert.Empty(LocalCopilotPaths.FromEnvironment(_ => null).Environment);
    }
}
