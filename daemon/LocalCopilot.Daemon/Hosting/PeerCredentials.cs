using System.Net.Sockets;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>Who is at the other end of a Unix domain socket, as the kernel knows it.</summary>
internal static class PeerCredentials
{
    /// <summary>User id of the other end; null where the system has no way to tell.</summary>
    public static uint? UserOf(Socket socket)
    {
        Span<byte> value = stackalloc byte[128];
        if (OperatingSystem.IsLinux())
        {
            // SOL_SOCKET 1, SO_PEERCRED 17: struct ucred { pid, uid, gid }, 32 bits each (unix(7)).
            int length = socket.GetRawSocketOption(1, 17, value);
            return length >= 12 ? BitConverter.ToUInt32(value[4..]) : null;
        }

        if (OperatingSystem.IsMacOS())
        {
            // SOL_LOCAL 0, LOCAL_PEERCRED 1: struct xucred { version, uid, ... } (sys/ucred.h).
            int length = socket.GetRawSocketOption(0, 1, value[..76]);
            return length >= 8 ? BitConverter.ToUInt32(value[4..]) : null;
        }

        return null;
    }

    /// <summary>Whether the other end is this process's user. Where the system cannot tell, the folder's mode has decided already.</summary>
    public static bool IsSameUser(Socket socket) => UserOf(socket) is not { } user || user == UnixNative.EffectiveUserId();
}
