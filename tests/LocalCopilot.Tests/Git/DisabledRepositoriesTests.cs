using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Tests.Git;

public sealed class DisabledRepositoriesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-disabled-");
    private readonly DisabledRepositories _disabled = new();

    [Fact]
    public void A_file_without_a_repository_and_a_repository_without_settings_are_on()
    {
        Assert.Null(_disabled.ReasonOf(null));
        Assert.Null(_disabled.ReasonOf(_folder.FullName));
    }

    [Theory]
    [InlineData("""{ "enabled": false }""", "\"enabled\": false")]
    [InlineData("""{ "enabled": "no" }""", "cannot be read")]
    [InlineData("""{ "exclude": 1 }""", "cannot be read")]
    [InlineData("[]", "cannot be read")]
    [InlineData("not json", "cannot be read")]
    [InlineData("", "cannot be read")]
    public void What_turns_it_off_is_said_with_its_file(string settings, string reason)
    {
        Write(settings);

        string? said = _disabled.ReasonOf(_folder.FullName);

        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder.FullName, ".localcopilot.json"), said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_the_file_counts_at_once()
    {
        Assert.Null(_disabled.ReasonOf(_folder.FullName));
        Write("""{ "enabled": false }""");
        Assert.NotNull(_disabled.ReasonOf(_folder.FullName));
        Write("""{ "enabled": true }""");
        Assert.Null(_disabled.ReasonOf(_folder.FullName));
        Write("""{ "enabled": false }""");
        Assert.NotNull(_disabled.ReasonOf(_folder.FullName));
        File.Delete(Path.Combine(_folder.FullName, ".localcopilot.json"));
        Assert.Null(_disabled.ReasonOf(_folder.FullName));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string settings) => File.WriteAllText(Path.Combine(_folder.FullName, ".localcopilot.json"), settings);
}
