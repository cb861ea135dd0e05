using System.CommandLine;

namespace LocalCopilot.Daemon.Cli;

/// <summary>The repository that a command is about: a folder or a file in it.</summary>
internal sealed class RepositoryArgument : Argument<string?>
{
    public RepositoryArgument()
        : base("repository")
    {
        Description = "A folder or file in the repository; left out: the current folder's.";
        Arity = ArgumentArity.ZeroOrOne;
    }

    /// <returns>Absolute.</returns>
    public string Of(ParseResult parsed) => Path.GetFullPath(parsed.GetValue(this) ?? Environment.CurrentDirectory);
}
