namespace LocalCopilot.Daemon.Engine;

/// <summary>The selected model cannot be used. The message says why, with the path, and what to do; JSON-RPC error -32010.</summary>
internal class ModelUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
