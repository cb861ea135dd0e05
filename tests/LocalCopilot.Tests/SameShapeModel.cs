using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Tests;

/// <summary>A model that is not the embedded one, but of its shape: its tokens and adapters fit, and mean something else.</summary>
internal static class SameShapeModel
{
    /// <returns>Its file, "other.gguf".</returns>
    public static string Write(string folder)
    {
        string file = Path.Combine(folder, "other.gguf");
        byte[] content = File.ReadAllBytes(EmbeddedModelFile.Path);
        content[^1] ^= 1;
        File.WriteAllBytes(file, content);
        return file;
    }
}
