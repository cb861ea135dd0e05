using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Hosting;

namespace LocalCopilot.Tests.Hosting;

public sealed class FileLockTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-lock-");

    private string File => Path.Combine(_folder.FullName, "x.lock");

    [Fact]
    public void A_lock_is_held_once_and_free_again_afterwards()
    {
        using (FileLock? first = FileLock.TryAcquire(File))
        {
            Assert.NotNull(first);
            Assert.Null(FileLock.TryAcquire(File));
        }

        using FileLock? second = FileLock.TryAcquire(File);
        Assert.NotNull(second);
    }

    [Fact]
    public async Task Waiting_for_a_held_lock_ends_with_an_error_that_names_it()
    {
        using FileLock? held = FileLock.TryAcquire(File);

        var error = await Assert.ThrowsAsync<TimeoutException>(() => FileLock.AcquireAsync(File, TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Contains(File, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_that_cannot_be_made_is_not_taken_for_one_that_is_held()
    {
        Assert.ThrowsAny<Exception>(() => FileLock.TryAcquire(_folder.FullName));
        Assert.ThrowsAny<IOException>(() => FileLock.TryAcquire(Path.Combine(_folder.FullName, "absent", "x.lock")));
    }

    [Fact]
    public void A_runtime_folder_that_is_a_link_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "link"), _folder.FullName);

        var error = Assert.Throws<DaemonUnavailableException>(() => RuntimeFolder.Ensure(PathsIn("link")));

        Assert.Contains("is a link", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_path_that_is_too_long_is_an_error_that_says_the_limit()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has pipes, not socket paths.");
        LocalTransport transport = LocalTransport.For(PathsIn(new string('x', 120)));

        var error = await Assert.ThrowsAsync<DaemonUnavailableException>(() => transport.TryConnectAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Set XDG_RUNTIME_DIR to a shorter path", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private LocalCopilotPaths PathsIn(string runtime) => LocalCopilotPaths.FromEnvironment(_ => null) with { RuntimeDirectory = Path.Combine(_folder.FullName, runtime) };
}
