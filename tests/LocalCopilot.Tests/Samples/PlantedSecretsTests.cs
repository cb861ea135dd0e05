using System.Text;
using LocalCopilot.Tests.Git;

namespace LocalCopilot.Tests.Samples;

/// <summary>Secrets that were committed once: nothing of them may be kept, wherever in a file they stand.</summary>
public sealed class PlantedSecretsTests : IDisposable
{
    private const string Code = "total = price * count + shipping\n";

    private readonly CommandLineRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void No_version_of_a_file_with_a_secret_gives_a_sample()
    {
        _repository.CommitFile("clean.py", Code);
        int number = 0;
        foreach (var (_, secret) in SecretRulesTests.Secrets.Select(row => row.Data))
        {
            // Far from the lines that are added next, and in the same file.
            string path = $"file_{number++}.py";
            _repository.CommitFile(path, $"{Code}# {secret}\n{string.Concat(Enumerable.Repeat(Code, 60))}");
            _repository.CommitFile(path, $"{Code}# {secret}\n{string.Concat(Enumerable.Repeat(Code, 60))}added = total + 1\n");
        }

        using ReadRepository read = new ReadRepository(_repository.Root).Read();

        Assert.Equal(["clean.py"], read.Paths);
        Assert.Equal(2 * number, read.Excluded[LocalCopilot.Daemon.Samples.Exclusion.Secret]);
    }

    [Fact]
    public void A_file_gives_samples_again_once_the_secret_is_gone()
    {
        _repository.CommitFile("a.py", "api_key = '" + "Ab1Cd2Ef3Gh4Ij5Kl6'\n" + Code);
        string cleaned = _repository.CommitFile("a.py", "api_key = read_key()\n" + Code);
        using ReadRepository read = new ReadRepository(_repository.Root).Read();

        Assert.Equal(cleaned, Assert.Single(read.Samples).Commit.Sha);
    }

    [Fact]
    public void Nothing_that_was_read_is_in_the_database_but_paths()
    {
        _repository.CommitFile("named.py", "password = \"" + "Tr0ub4dor&3x\"\n" + Code);
        _repository.CommitFile("other.py", "conspicuous_name = compute_conspicuously(1)\n");
        using ReadRepository read = new ReadRepository(_repository.Root).Read();
        Assert.NotEmpty(read.Samples);

        string kept = string.Concat(Directory.EnumerateFiles(read.Folder).Select(file =>
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return Encoding.Latin1.GetString(bytes);
        }));

        Assert.Contains("other.py", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("Tr0ub4dor", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("conspicuous", kept, StringComparison.Ordinal);
    }
}
