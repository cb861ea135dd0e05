using System.Runtime.Versioning;
using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>The folder of socket and locks: made if absent, and refused where another user could enter it.</summary>
internal static class RuntimeFolder
{
    /// <exception cref="DaemonUnavailableException">It cannot be made, is a link, or belongs to another user.</exception>
    public static void Ensure(LocalCopilotPaths paths)
    {
        string path = paths.RuntimeDirectory;
        try
        {
            if (OperatingSystem.IsWindows())
            {
                // The profile's folders are closed to other users, and the pipe is made for the current user only.
                Directory.CreateDirectory(path);
            }
            else
            {
                EnsureUnix(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonUnavailableException($"The folder for LocalCopilot's socket, {path}, cannot be used: {exception.Message} Set XDG_RUNTIME_DIR to a folder that you may write to.", exception);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void EnsureUnix(string path)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        DirectoryInfo folder = Directory.CreateDirectory(path, OwnerOnly);
        if (folder.LinkTarget is { } target)
        {
            throw new DaemonUnavailableException($"{path} is a link to {target}. It must be a folder of its own, so that no other user can move it: remove the link, then try again.");
        }

        uint owner = UnixNative.OwnerOf(path);
        uint user = UnixNative.EffectiveUserId();
        if (owner != user)
        {
            throw new DaemonUnavailableException($"{path} belongs to user {owner}, you are user {user}. Set XDG_RUNTIME_DIR to a folder of yours, or have that one removed.");
        }

        if (File.GetUnixFileMode(path) != OwnerOnly)
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
    }
}
