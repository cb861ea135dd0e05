using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Tests.Configuration;

public class FullDiskTests
{
    private static readonly string Folder = Path.GetTempPath();

    [Fact]
    public void The_system_says_that_a_disk_is_full_whatever_is_free_by_now()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a file that is always full.");
        IOException error = Assert.Throws<IOException>(() =>
        {
            using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            full.Write([1]);
        });

        Assert.Equal(Folder, FullDisk.Behind(error, "/no/such/folder", Folder));
    }

    [Fact]
    public void Another_error_beside_free_space_has_another_cause() => Assert.Null(FullDisk.Behind(new IOException("The pipe is broken."), Folder));

    [Fact]
    public void An_error_that_is_not_of_a_disk_has_another_cause() => Assert.Null(FullDisk.Behind(new InvalidOperationException(), Folder));
}
