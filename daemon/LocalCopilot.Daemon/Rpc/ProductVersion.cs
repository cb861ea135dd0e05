namespace LocalCopilot.Daemon.Rpc;

/// <summary>The program's version, as sent to the other side.</summary>
internal static class ProductVersion
{
    public static string Current { get; } = typeof(ProductVersion).Assembly.GetName().Version!.ToString(3);
}
