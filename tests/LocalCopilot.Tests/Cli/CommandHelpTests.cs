using System.CommandLine;
using System.Text.RegularExpressions;
using LocalCopilot.Daemon.Cli;
using LocalCopilot.Daemon.Configuration;
using Spectre.Console;

namespace LocalCopilot.Tests.Cli;

/// <summary>What every command's help says, and that its examples and the README's are commands.</summary>
public partial class CommandHelpTests
{
    private static readonly RootCommand Root = LocalCopilotCommand.Create(new(LocalCopilotPaths.FromEnvironment(_ => null), AnsiConsole.Console, AnsiConsole.Console, TimeProvider.System));

    public static TheoryData<string> Commands => [.. Leaves(Root).Select(command => NameOf(command))];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_says_its_exit_codes_and_an_example(string name)
    {
        string description = Find(name).Description!;

        Assert.Contains("Ends with 0", description, StringComparison.Ordinal);
        Assert.Matches("Examples?:", description);
        Assert.Contains("localcopilot " + name, description, StringComparison.Ordinal);
        Assert.All(description.Split('\n'), line => Assert.InRange(line.Length, 0, 140));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_result_is_there_for_scripts(string name)
    {
        // The first three speak with programs: in LSP, with logs, in reports that are JSON anyway. The others have no result but that they are done.
        Assert.Equal(name is not ("lsp" or "daemon" or "worker" or "adapters remove" or "adapters export" or "forget"), Find(name).Options.Any(option => option.Name == "--json"));
    }

    [Fact]
    public void Examples_in_helps_and_in_the_README_are_commands()
    {
        string readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));
        string[] examples =
        [
            .. Leaves(Root).Append(Root).SelectMany(command => Example().Matches(command.Description!)).Select(match => match.Groups["arguments"].Value),
            .. InReadme().Matches(readme).Select(match => match.Groups["arguments"].Value),
        ];

        Assert.True(examples.Length > 15);
        // In the table of the README, what the user puts in is in capitals: it parses as any other word.
        Assert.All(examples, example => Assert.Empty(Root.Parse(example.Replace("[REPOSITORY]", "", StringComparison.Ordinal)).Errors));
    }

    private static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.SelectMany(child => child.Subcommands.Count > 0 ? Leaves(child) : [child]);

    private static string NameOf(Command command) =>
        command.Parents.OfType<Command>().Single() is var parent && parent == Root ? command.Name : $"{NameOf(parent)} {command.Name}";

    private static Command Find(string name) => Leaves(Root).Single(command => NameOf(command) == name);

    /// <summary>To the line's end, or to the two blanks after which it is explained.</summary>
    [GeneratedRegex(@"(^|\| |: )[ ]*localcopilot (?<arguments>[^`\n]+?)( {2,}|$)", RegexOptions.Multiline)]
    private static partial Regex Example();

    [GeneratedRegex(@"(`|^)localcopilot (?<arguments>[^`\n]+)(`|$)", RegexOptions.Multiline)]
    private static partial Regex InReadme();
}
