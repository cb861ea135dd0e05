using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>Folders that can be written: where the user's cannot, a folder beside the socket takes their place, so that completions are still served.</summary>
internal static class WritablePaths
{
    /// <returns>The paths to use, and for each replacement what to do about it.</returns>
    public static (LocalCopilotPaths Paths, IReadOnlyList<string> Warnings) Resolve(LocalCopilotPaths paths)
    {
        List<string> warnings = [];
        string Writable(string folder, string name, string purpose)
        {
            try
            {
                Directory.CreateDirectory(folder);
                string probe = Path.Combine(folder, $".probe-{Environment.ProcessId}");
                File.WriteAllBytes(probe, [1]);
                File.Delete(probe);
                return folder;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                string instead = Path.Combine(paths.RuntimeDirectory, name);
                Directory.CreateDirectory(instead);
                warnings.Add($"{folder} cannot be written ({exception.Message}): {purpose} go to {instead} and are lost with it. Make the folder writable, or free space on its disk, and restart the daemon.");
                return instead;
            }
        }

        return (paths with
        {
            DataDirectory = Writable(paths.DataDirectory, "data", "the index and learned data"),
            StateDirectory = Writable(paths.StateDirectory, "state", "logs"),
        }, warnings);
    }
}
