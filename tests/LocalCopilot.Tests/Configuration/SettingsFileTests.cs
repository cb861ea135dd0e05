using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Tests.Configuration;

public sealed class SettingsFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-settings-");

    private string File => Path.Combine(_folder.FullName, "settings.json");

    [Fact]
    public void Without_a_file_the_defaults_hold() => Assert.Equal(new LocalCopilotOptions(), SettingsFile.Load(File));

    [Fact]
    public void Values_are_read_and_the_rest_keeps_its_default()
    {
        System.IO.File.WriteAllText(File, """
            { // comments are allowed
              "engine": { "threads": 3, "unloadAfter": "00:00:05" }, "index": { "enabled": false }, "completion": { "contextShare": 0.5, },
            }
            """);

        LocalCopilotOptions options = SettingsFile.Load(File);

        Assert.Equal((3, TimeSpan.FromSeconds(5), false, 0.5), (options.Engine.Threads, options.Engine.UnloadAfter, options.Index.Enabled, options.Completion.ContextShare));
        Assert.Equal(2048, options.Engine.ContextTokens);
    }

    [Fact]
    public void Every_error_is_listed_with_its_value_and_its_remedy()
    {
        System.IO.File.WriteAllText(File, """{ "engine": { "threads": "x", "cachedDocuments": 0 }, "nonsense": 1, "daemon": 5, "index": { "enabled": "yes" } }""");

        var error = Assert.Throws<SettingsException>(() => SettingsFile.Load(File));

        Assert.Equal(5, error.Errors.Count);
        Assert.Contains(error.Errors, line => line.StartsWith("engine.threads is \"x\"; write a whole number", StringComparison.Ordinal));
        Assert.Contains(error.Errors, line => line.StartsWith("engine.cachedDocuments is 0; write a number from 1", StringComparison.Ordinal));
        Assert.Contains(error.Errors, line => line.StartsWith("nonsense is no setting. Known here: model, engine", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_no_json_is_an_error()
    {
        System.IO.File.WriteAllText(File, "{");

        Assert.Throws<SettingsException>(() => SettingsFile.Load(File));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
