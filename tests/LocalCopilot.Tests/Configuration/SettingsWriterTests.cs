using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Tests.Configuration;

public sealed class SettingsWriterTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-settings-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder.FullName, "config", "settings.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("  \n")]
    [InlineData("{}")]
    [InlineData("{ }\n")]
    [InlineData("{ \"model\": {} }")]
    [InlineData("{ \"model\": { \"path\": \"\" } }")]
    [InlineData("{ \"model\": { \"path\": \"/old.gguf\", }, }")]
    [InlineData("{ \"model\": null }")]
    [InlineData("{ \"engine\": { \"threads\": 3 } }")]
    [InlineData("// a comment first\n{ /* and one inside */ }")]
    [InlineData("{ // a comment at the brace\n}")]
    public void Whatever_was_there_the_value_is_read_back(string before)
    {
        const string Value = "C:\\models\\a \"b\" é.gguf";
        Write(SettingsWriter.Set(before, "model", "path", Value));

        LocalCopilotOptions options = SettingsFile.Load(File);

        Assert.Equal(Value, options.Model.Path);
        Assert.Equal(before.Contains("threads", StringComparison.Ordinal) ? 3 : 0, options.Engine.Threads);
    }

    [Fact]
    public void True_and_false_are_written_as_such()
    {
        Write(SettingsWriter.Set("{ \"adaptation\": { \"automatic\": true } }", "adaptation", "automatic", false));

        Assert.False(SettingsFile.Load(File).Adaptation.Automatic);
    }

    [Fact]
    public void Other_settings_comments_and_layout_stay_as_they_were()
    {
        const string Before = """
            {
                // for the laptop
                "engine": { "threads": 2, /* enough */ "model": { "path": "not this" } },
                "model": {
                    "path": "/old.gguf" // the small one
                },
                "index": { "enabled": true, }
            }
            """;

        Assert.Equal(Before.Replace("/old.gguf", "/new.gguf", StringComparison.Ordinal), SettingsWriter.Set(Before, "model", "path", "/new.gguf"));
        Assert.Equal(Before.Replace("\"model\": {\n", "\"model\": {\n    \"extra\": \"x\",\n", StringComparison.Ordinal), SettingsWriter.Set(Before, "model", "extra", "x"));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{ \"model\": { \"path\": } }")]
    [InlineData("{} trailing")]
    public async Task What_cannot_be_understood_is_refused_and_left(string before)
    {
        Write(before);

        await Assert.ThrowsAsync<SettingsException>(() => SettingsWriter.SetAsync(File, "model", "path", "/new.gguf", Cancelled));

        Assert.Equal(before, await System.IO.File.ReadAllTextAsync(File, Cancelled));
        Assert.Single(_folder.EnumerateFiles("*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Folder_and_file_are_made_where_they_are_missing()
    {
        await SettingsWriter.SetAsync(File, "model", "path", "/new.gguf", Cancelled);

        Assert.Equal("/new.gguf", SettingsFile.Load(File).Model.Path);
        Assert.Single(_folder.EnumerateFiles("*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Where_the_settings_are_a_link_the_file_behind_it_is_changed()
    {
        string real = Path.Combine(_folder.FullName, "real.json");
        await System.IO.File.WriteAllTextAsync(real, "{}", Cancelled);
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.CreateSymbolicLink(File, real);

        await SettingsWriter.SetAsync(File, "model", "path", "/new.gguf", Cancelled);

        Assert.Equal(real, new FileInfo(File).LinkTarget);
        Assert.Equal("/new.gguf", SettingsFile.Load(real).Model.Path);
    }

    [Fact]
    public async Task A_write_that_fails_leaves_what_was_there_and_nothing_else()
    {
        Write("{}");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "config", "blocked"));

        await Assert.ThrowsAnyAsync<Exception>(() => AtomicFile.WriteAsync(Path.Combine(_folder.FullName, "config", "blocked"), new byte[1], Cancelled));
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AtomicFile.WriteAsync(File, new byte[1], cancelled.Token));

        Assert.Equal("{}", await System.IO.File.ReadAllTextAsync(File, Cancelled));
        Assert.Single(_folder.EnumerateFiles("*", SearchOption.AllDirectories));
    }

    private void Write(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, text);
    }
}
