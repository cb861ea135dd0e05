using System.Runtime.InteropServices;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>The few calls of libc that .NET has no equivalent of. None takes a pointer, so none needs unsafe code.</summary>
#pragma warning disable SYSLIB1054 // LibraryImport generates unsafe code, which this assembly does without.
#pragma warning disable CA5392 // libc is found by the loader.
internal static class UnixNative
{
    [DllImport("libc", EntryPoint = "geteuid", ExactSpelling = true)]
    public static extern uint EffectiveUserId();

    /// <summary>Own session: no terminal, no signals of the client's process group.</summary>
    [DllImport("libc", EntryPoint = "setsid", ExactSpelling = true, SetLastError = true)]
    public static extern int NewSession();

    [DllImport("libc", EntryPoint = "dup2", ExactSpelling = true, SetLastError = true)]
    public static extern int Duplicate(int descriptor, int target);

    /// <summary>Keeps what this process has open, but for standard input, output and error, from the programs it starts.</summary>
    /// <remarks>.NET opens its own files so; this is about those that were inherited, such as the lock file that a script holds.</remarks>
    public static void KeepDescriptorsFromChildren()
    {
        // FIOCLEX of sys/filio.h, asm-generic/ioctls.h. Unlike fcntl it takes no third argument, whose place differs where functions are variadic.
        nuint closeOnExec = OperatingSystem.IsLinux() ? 0x5451u : 0x20006601u;
        foreach (string entry in Directory.EnumerateFileSystemEntries(OperatingSystem.IsLinux() ? "/proc/self/fd" : "/dev/fd").ToArray())
        {
            if (int.TryParse(Path.GetFileName(entry), out int descriptor) && descriptor > 2)
            {
                _ = Control(descriptor, closeOnExec);
            }
        }
    }

    [DllImport("libc", EntryPoint = "ioctl", ExactSpelling = true, SetLastError = true)]
    private static extern int Control(int descriptor, nuint request);

    /// <summary>Owner of a file or folder; of the link itself where it is one.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static uint OwnerOf(string path)
    {
        byte[] name = System.Text.Encoding.UTF8.GetBytes(path + '\0');
        byte[] status = new byte[256];
        if (OperatingSystem.IsLinux())
        {
            // struct statx (linux/stat.h): stx_uid is the 32-bit word at byte 20.
            const int CurrentDirectory = -100, NoFollow = 0x100, WantUser = 0x8;
            return Statx(CurrentDirectory, name, NoFollow, WantUser, status) == 0 ? BitConverter.ToUInt32(status, 20) : throw Failure(path);
        }

        // struct stat of Darwin with 64-bit inodes: st_uid is the 32-bit word at byte 16.
        int result = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? LstatX64(name, status) : Lstat(name, status);
        return result == 0 ? BitConverter.ToUInt32(status, 16) : throw Failure(path);
    }

    private static IOException Failure(string path) => new($"{path} cannot be looked at: {Marshal.GetLastPInvokeErrorMessage()}.");

    [DllImport("libc", EntryPoint = "statx", ExactSpelling = true, SetLastError = true)]
    private static extern int Statx(int directory, byte[] path, int flags, uint mask, byte[] result);

    [DllImport("libc", EntryPoint = "lstat", ExactSpelling = true, SetLastError = true)]
    private static extern int Lstat(byte[] path, byte[] result);

    [DllImport("libc", EntryPoint = "lstat$INODE64", ExactSpelling = true, SetLastError = true)]
    private static extern int LstatX64(byte[] path, byte[] result);
}
