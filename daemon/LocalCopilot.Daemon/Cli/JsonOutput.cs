using System.Text.Json;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Prints results for scripts: one JSON value, named as protocol.md names it.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Indented = new(ProtocolJson.CreateOptions()) { WriteIndented = true };

    public static Task WriteJsonAsync<T>(this CommandContext context, T value, CancellationToken cancellationToken) =>
        context.Output.Profile.Out.Writer.WriteLineAsync(JsonSerializer.Serialize(value, Indented).AsMemory(), cancellationToken);
}
