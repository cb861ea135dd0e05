namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>Sep's history, fetched once for a class of tests; each test gets a working tree of its own on it.</summary>
public sealed class SepRepository : IDisposable
{
    private readonly Lazy<CommandLineRepository> _history = new(() =>
    {
        CommandLineRepository repository = new();
        repository.Git("fetch", "--quiet", SharedFiles.Bundle("sep"), "HEAD");
        return repository;
    });

    internal CommandLineRepository CheckOut()
    {
        CommandLineRepository history = _history.Value;
        CommandLineRepository repository = new();
        File.WriteAllText(Path.Combine(repository.Root, ".git", "objects", "info", "alternates"), Path.Combine(history.Root, ".git", "objects") + "\n");
        repository.Git("reset", "--quiet", "--hard", history.Git("rev-parse", "FETCH_HEAD"));
        return repository;
    }

    public void Dispose()
    {
        if (_history.IsValueCreated)
        {
            _history.Value.Dispose();
        }
    }
}
