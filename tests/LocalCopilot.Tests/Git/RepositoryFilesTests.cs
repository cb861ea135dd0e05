using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Tests.Git;

public sealed class RepositoryFilesTests : IDisposable
{
    private readonly TemporaryRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Tracked_and_new_files_are_listed_ignored_ones_are_not()
    {
        _repository.Write(".gitignore", "build/\n*.tmp.py\n");
        _repository.Write("tracked.py", "a = 1\n");
        _repository.Commit();
        _repository.Write("new/file.cs", "class A;\n");
        _repository.Write("build/made.py", "a = 1\n");
        _repository.Write("x.tmp.py", "a = 1\n");
        _repository.Write(".env", "A=1\n");
        _repository.Write("notes.md", "text\n");

        Assert.Equal(["new/file.cs", "tracked.py"], List());
    }

    [Fact]
    public void A_folder_without_git_is_listed_too()
    {
        string root = Path.Combine(_repository.Root, "..", Path.GetFileName(_repository.Root) + "-plain");
        Directory.CreateDirectory(Path.Combine(root, "src"));
        try
        {
            File.WriteAllText(Path.Combine(root, "src", "a.py"), "a = 1\n");

            Assert.Equal(["src/a.py"], RepositoryFiles.List(root, RepositorySettings.Load(root)));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory]
    [InlineData(".localcopilotignore", "secret/\n")]
    [InlineData(".localcopilot.json", """{ "exclude": ["secret/"] }""")]
    [InlineData(".localcopilot.json", """{ /* ours */ "exclude": ["secret/**"], }""")]
    public void What_the_repository_excludes_is_left_out(string name, string text)
    {
        _repository.Write(name, text);
        _repository.Write("secret/a.py", "a = 1\n");
        _repository.Write("open/b.py", "a = 1\n");

        Assert.Equal(["open/b.py"], List());
    }

    [Theory]
    [InlineData(".localcopilot.json", """{ "enabled": false }""", "\"enabled\": false")]
    [InlineData(".localcopilot.json", "{", "cannot be read")]
    [InlineData(".localcopilot.json", """{ "enabled": "perhaps" }""", "cannot be read")]
    [InlineData(".localcopilot.json", """{ "exclude": [null] }""", "cannot be read")]
    [InlineData(".localcopilot.json", "[]", "cannot be read")]
    public void What_turns_it_off_or_cannot_be_understood_excludes_everything(string name, string text, string reason)
    {
        _repository.Write(name, text);
        _repository.Write("a.py", "a = 1\n");

        Assert.Empty(List());
        Assert.Contains(reason, RepositorySettings.Load(_repository.Root).DisabledBy, StringComparison.Ordinal);
    }

    [Fact]
    public void It_can_only_restrict()
    {
        _repository.Write(".gitignore", "ignored.py\n");
        _repository.Write(".localcopilotignore", "!ignored.py\n");
        _repository.Write(".localcopilot.json", """{ "enabled": true, "unknown": 1 }""");
        _repository.Write("ignored.py", "a = 1\n");

        Assert.Empty(List());
        Assert.Null(RepositorySettings.Load(_repository.Root).DisabledBy);
    }

    [Theory]
    [InlineData("plain", true)]
    [InlineData("", true)]
    [InlineData("nul\0", false)]
    public void Text_is_read_and_what_is_none_is_not(string text, bool isText)
    {
        _repository.Write("a.py", text);

        Assert.Equal(isText ? text : null, SourceText.TryRead(Path.Combine(_repository.Root, "a.py"), 100));
    }

    [Fact]
    public void Missing_large_foreign_and_linked_files_are_no_text()
    {
        string file = Path.Combine(_repository.Root, "a.py");
        Assert.Null(SourceText.TryRead(file, 100));
        File.WriteAllText(file, new string('x', 101));
        Assert.Null(SourceText.TryRead(file, 100));
        File.WriteAllBytes(file, [0x61, 0xFF, 0xFE]);
        Assert.Null(SourceText.TryRead(file, 100));
        File.WriteAllBytes(file, [0xEF, 0xBB, 0xBF, 0x61]);
        Assert.Equal("a", SourceText.TryRead(file, 100));
    }

    private string[] List() => [.. RepositoryFiles.List(_repository.Root, RepositorySettings.Load(_repository.Root)).Order(StringComparer.Ordinal)];
}
