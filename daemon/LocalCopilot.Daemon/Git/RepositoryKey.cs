using System.Security.Cryptography;
using System.Text;

namespace LocalCopilot.Daemon.Git;

/// <summary>Names a repository in files of ours: short, the same for all of its working trees, and without its path.</summary>
internal static class RepositoryKey
{
    /// <param name="root">Of a working tree; it need not exist any more.</param>
    /// <returns>16 hexadecimal digits.</returns>
    public static string Of(string root) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CommonFolder.Of(root))))[..16];
}
