namespace LocalCopilot.Daemon.Configuration;

/// <summary>The one writer of files that must never be half written.</summary>
/// <remarks>Writes to a file beside it, to the disk, and puts that in its place. A failure leaves what was there.</remarks>
internal static class AtomicFile
{
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static async Task WriteAsync(string file, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string temporary = Begin(file);
        try
        {
            await using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 4096, FileOptions.Asynchronous))
            {
                await stream.WriteAsync(content, cancellationToken);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <param name="write">Whatever it throws leaves what was there.</param>
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string file, Action<Stream> write)
    {
        string temporary = Begin(file);
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static string Begin(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return $"{file}.{Path.GetRandomFileName()}";
    }
}
