namespace LocalCopilot.Daemon.Models;

/// <summary>A GGUF file on this machine.</summary>
/// <param name="Id">Short name, unique among those found.</param>
/// <param name="Source">Which tool put it there.</param>
internal sealed record FoundModel(string Id, string Path, string Source);
