using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Engine;

/// <summary>How the engine is. Never loads the model; callable from any thread.</summary>
internal interface IEngineStatus
{
    ModelStatus Model { get; }

    EngineStatus Engine { get; }
}
