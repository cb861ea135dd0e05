namespace LocalCopilot.Daemon.Hosting;

/// <summary>A lock that one process of this machine holds at a time.</summary>
/// <remarks>
/// It is the operating system's lock on the open file (flock, or share mode on Windows), so it ends with the process
/// however that ends. The file itself means nothing and is never deleted: deleting it would let two processes lock two files of one name.
/// </remarks>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(15);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <returns>Null while another process holds it.</returns>
    /// <exception cref="IOException">The file cannot be made: the disk is full or read-only, say.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be made.</exception>
    public static FileLock? TryAcquire(string path)
    {
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            return null;
        }
    }

    /// <exception cref="IOException">The file cannot be made: the disk is full or read-only, say.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be made.</exception>
    /// <exception cref="TimeoutException">Another process held it for all of <paramref name="patience"/>.</exception>
    public static async Task<FileLock> AcquireAsync(string path, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            if (TryAcquire(path) is { } acquired)
            {
                return acquired;
            }

            if (time.GetElapsedTime(start) > patience)
            {
                throw new TimeoutException($"Another process has held {path} for {patience.TotalSeconds:0} s. End it (`localcopilot stop`), then try again.");
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <remarks>The code is ERROR_SHARING_VIOLATION on Windows; elsewhere flock's EWOULDBLOCK, 11 on Linux and 35 on macOS (errno.h).</remarks>
    private static bool IsHeld(IOException exception) => exception.HResult ==
        (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11);
}
