namespace LocalCopilot.Daemon.Engine;

/// <summary>The model that comes with the program.</summary>
internal static class EmbeddedModelFile
{
    public const string Id = "embedded-code-6.5m-q8_0";

    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "models", Id + ".gguf");
}
