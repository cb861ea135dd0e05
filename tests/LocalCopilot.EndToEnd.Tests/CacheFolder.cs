namespace LocalCopilot.EndToEnd.Tests;

/// <summary>Where the scripts in .ci keep the editors that tests run.</summary>
internal static class CacheFolder
{
    public static string Of(string editor) => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "localcopilot-tests",
        editor);
}
