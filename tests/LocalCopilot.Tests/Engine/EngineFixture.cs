using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Tests.Engine;

/// <summary>An engine with the embedded model, for the tests of a class.</summary>
public sealed class EngineFixture : IDisposable
{
    internal InferenceEngine Engine { get; } = Create();

    internal static InferenceEngine Create(string path = "", Func<EngineOptions, EngineOptions>? change = null) => new(
        new() { Model = new() { Path = path }, Engine = (change ?? (options => options))(new()) },
        TimeProvider.System,
        NullLogger<InferenceEngine>.Instance);

    public void Dispose() => Engine.Dispose();
}

/// <summary>Ends a text after its first line.</summary>
internal sealed class FirstLine : IStopCondition
{
    public int? Observe(string text) => text.IndexOf('\n') is >= 0 and var end ? end : null;
}

/// <summary>Ends no text.</summary>
internal sealed class NoStop : IStopCondition
{
    public int? Observe(string text) => null;
}
