using System.Text;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Hosting;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>A temporary folder for all that a daemon keeps, with the user's settings, but that nothing is learned unasked.</summary>
/// <remarks>Ends the daemon that was started in it, and deletes it. Should this process be killed instead, the daemon ends by itself soon.</remarks>
internal sealed class DemoFolder : IAsyncDisposable
{
    private const string Prefix = "lc-demo-";

    /// <summary>Bytes; with some to spare of what systems take.</summary>
    private const int LongestSocketPath = 100;

    private const int MostDeletions = 20;

    private static readonly TimeSpan IdleExit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenDeletions = TimeSpan.FromMilliseconds(100);

    private readonly string _root;
    private bool _isKept;

    private DemoFolder(CommandContext context, string root)
    {
        _root = root;
        Context = context with { Paths = LocalCopilotPaths.Within(root) };
    }

    /// <summary>For commands that are to use the folder.</summary>
    public CommandContext Context { get; }

    /// <param name="context">The user's.</param>
    /// <exception cref="DaemonUnavailableException">It cannot be made.</exception>
    /// <exception cref="SettingsException">The user's settings have errors.</exception>
    public static async Task<DemoFolder> CreateAsync(CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await CreateAsync(context, CreateRoot(), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonUnavailableException($"A folder for the demo's daemon cannot be made in {Path.GetTempPath()}: {exception.Message} Free space on its disk, or set TMPDIR to another folder.", exception);
        }
    }

    /// <summary>Leaves the folder where it is, with the log of a daemon that failed.</summary>
    public void Keep() => _isKept = true;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopCommand.StopAsync(Context.Paths, Context.Time, CancellationToken.None);
            if (_isKept)
            {
                Context.Error.WriteLine($"{_root} is left, with the log. Delete it when you have read that.");
                return;
            }

            await DeleteAsync();
        }
        catch (Exception exception) when (exception is DaemonUnavailableException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            Context.Error.WriteLine($"{_root} is left: {exception.Message} Delete it.");
        }
    }

    private static async Task<DemoFolder> CreateAsync(CommandContext context, string root, CancellationToken cancellationToken)
    {
        DemoFolder folder = new(context, root);
        try
        {
            string settings = folder.Context.Paths.SettingsFile;
            Directory.CreateDirectory(folder.Context.Paths.ConfigurationDirectory);
            if (File.Exists(context.Paths.SettingsFile))
            {
                File.Copy(context.Paths.SettingsFile, settings);
            }

            await SettingsWriter.SetAsync(settings, "adaptation", "automatic", false, cancellationToken);
            await SettingsWriter.SetAsync(settings, "daemon", "idleExit", IdleExit.ToString(), cancellationToken);
            return folder;
        }
        catch
        {
            await folder.DisposeAsync();
            throw;
        }
    }

    private static string CreateRoot()
    {
        string name = Path.Combine(Path.GetTempPath(), Prefix + "123456");
        if (OperatingSystem.IsWindows() || Encoding.UTF8.GetByteCount(LocalCopilotPaths.Within(name).SocketFile) <= LongestSocketPath)
        {
            return Directory.CreateTempSubdirectory(Prefix).FullName;
        }

        // Some have temporary folders with names so long that no socket fits into them.
        return Directory.CreateDirectory(Path.Combine("/tmp", Prefix + Path.GetRandomFileName()), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    /// <summary>Tries again for a while: a process that is about to end may still write.</summary>
    private async Task DeleteAsync()
    {
        for (int deletions = 1; ; deletions++)
        {
            try
            {
                Directory.Delete(_root, recursive: true);
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && deletions < MostDeletions)
            {
                await Task.Delay(BetweenDeletions, Context.Time);
            }
        }
    }
}
