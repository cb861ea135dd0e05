namespace LocalCopilot.Training;

/// <summary>The one writer of this library's files: a reader sees the old content or the new, never a part, also after a power loss.</summary>
internal static class DurableFile
{
    /// <summary>Writes to a file beside it, to the disk, and puts that in its place. A failure leaves what was there.</summary>
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string file = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);

        // Always the same name: what a killed process left is overwritten, not collected.
        string temporary = file + ".part";
        try
        {
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
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
}
