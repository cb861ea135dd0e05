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
}
