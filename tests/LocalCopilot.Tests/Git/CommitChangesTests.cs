using LibGit2Sharp;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Tests.Git;

public sealed class CommitChangesTests : IDisposable
{
    private readonly CommandLineRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void All_of_a_first_commit_is_new()
    {
        _repository.Write("b.py", "b = 1\n");
        _repository.CommitFile("src/a.py", "a = 1\n");

        Assert.Equal(["b.py", "src/a.py"], Changes().Select(file => file.Path));
        Assert.All(Changes(), file => Assert.Null(file.OldBlob));
    }

    [Fact]
    public void A_renamed_file_is_compared_with_what_it_was()
    {
        string text = string.Concat(Enumerable.Range(0, 30).Select(i => $"value_{i} = {i}\n"));
        _repository.CommitFile("old.py", text);
        File.Move(Path.Combine(_repository.Root, "old.py"), Path.Combine(_repository.Root, "new.py"));
        _repository.CommitFile("new.py", text + "added = 1\n");

        ChangedFile file = Assert.Single(Changes());
        Assert.Equal(("new.py", "old.py"), (file.Path, file.OldPath));
        Assert.Equal([new AddedLines(30, 1)], Added(file));
    }

    [Fact]
    public void Links_submodules_deleted_files_and_changed_modes_are_no_text()
    {
        using CommandLineRepository library = new();
        library.CommitFile("library.py", "a = 1\n");
        _repository.Write("gone.py", "a = 1\n");
        _repository.CommitFile("tool.py", "a = 1\n");
        File.Delete(Path.Combine(_repository.Root, "gone.py"));
        File.CreateSymbolicLink(Path.Combine(_repository.Root, "link.py"), "tool.py");
        _repository.Git("submodule", "--quiet", "add", library.Root, "library");
        _repository.Git("update-index", "--chmod=+x", "tool.py");
        _repository.Git("add", "link.py", "gone.py");
        _repository.Git("commit", "--quiet", "--message", "All at once");

        Assert.Equal([".gitmodules"], Changes().Select(file => file.Path));
    }

    [Fact]
    public void A_commit_of_too_many_files_is_not_looked_at()
    {
        _repository.Commit();
        for (int i = 0; i < 11; i++)
        {
            _repository.Write($"{i}.py", "a = 1\n");
        }

        _repository.Commit();

        Assert.Null(ChangesOrNull(mostFiles: 10));
        Assert.Equal(11, ChangesOrNull(mostFiles: 11)!.Count);
    }

    [Fact]
    public void Added_lines_are_found_together()
    {
        _repository.CommitFile("a.py", "one\ntwo\nthree\n");
        _repository.CommitFile("a.py", "zero\none\nnew\nmore\ntwo\nthree\nend");

        Assert.Equal([new(0, 1), new(2, 2), new(6, 1)], Added(Assert.Single(Changes())));
    }

    [Fact]
    public void What_was_only_moved_indented_or_ended_otherwise_is_not_new()
    {
        _repository.CommitFile("a.py", "first = compute()\r\nsecond = compute(first)\r\nthird = 3\r\n");
        _repository.CommitFile("a.py", "third = 3\nif ready:\n    first = compute()\n    second = compute(first)\n");

        Assert.Equal([new(1, 1)], Added(Assert.Single(Changes())));
    }

    [Theory]
    [InlineData("a = 1\r\nb = 2\r\n", "a = 1\nb = 2\n")]
    [InlineData("\uFEFFa = 1\n", "a = 1\n")]
    [InlineData("", "")]
    public void Text_is_as_in_prompts(string written, string read)
    {
        _repository.CommitFile("a.py", written);

        Assert.Equal(new BlobText(read, BlobKind.Text), Read("a.py"));
    }

    [Fact]
    public void What_is_no_text_says_why()
    {
        _repository.Write("pointer.py", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n");
        _repository.Write("large.py", new string('x', 1001));
        _repository.CommitFile("binary.py", "a\0b");

        Assert.Equal(BlobKind.LargeFilePointer, Read("pointer.py").Kind);
        Assert.Equal(BlobKind.TooLarge, Read("large.py").Kind);
        Assert.Equal(BlobKind.Binary, Read("binary.py").Kind);
        using Repository repository = _repository.Open();
        Assert.Equal(BlobKind.Missing, BlobText.Read(repository, new ObjectId(new string('1', 40)), 1000).Kind);
        Assert.Equal(BlobKind.Missing, BlobText.Read(repository, repository.Head.Tip.Id, 1000).Kind);
    }

    [Fact]
    public void A_partial_clone_lacks_blobs()
    {
        _repository.CommitFile("a.py", "a = 1\n");
        _repository.CommitFile("a.py", "a = 2\n");
        _repository.Git("config", "uploadpack.allowFilter", "true");
        string clone = _repository.Beside("partial");
        _repository.Git("clone", "--quiet", "--filter=blob:none", "file://" + _repository.Root, clone);

        using Repository repository = new(clone);
        Tree before = repository.Head.Tip.Parents.Single().Tree;

        Assert.Equal(BlobKind.Text, BlobText.Read(repository, repository.Head.Tip.Tree["a.py"].Target.Id, 1000).Kind);
        Assert.Equal(BlobKind.Missing, BlobText.Read(repository, before["a.py"].Target.Id, 1000).Kind);
    }

    private IReadOnlyList<ChangedFile> Changes() => ChangesOrNull(100)!;

    private IReadOnlyList<ChangedFile>? ChangesOrNull(int mostFiles)
    {
        using Repository repository = _repository.Open();
        HistoryCommit commit = HistoryWalk.Newest(repository, repository.Head.Tip.Id, 1, TestContext.Current.CancellationToken)[0];
        return CommitChanges.Of(repository, commit, mostFiles);
    }

    private IReadOnlyList<AddedLines> Added(ChangedFile file)
    {
        using Repository repository = _repository.Open();
        return AddedLines.Of(repository, file.OldBlob is null ? null : repository.Lookup<Blob>(file.OldBlob), repository.Lookup<Blob>(file.Blob));
    }

    private BlobText Read(string path)
    {
        using Repository repository = _repository.Open();
        return BlobText.Read(repository, repository.Head.Tip.Tree[path].Target.Id, 1000);
    }
}
