using System.Globalization;

namespace LocalCopilot.EndToEnd.Tests.Editors;

internal sealed class VimKind : IEditorKind
{
    private const string Program = "/usr/bin/vim";

    public string Name => "vim";

    public string DismissKey => "C-]";

    public void Require() => Requirement.Holds(File.Exists(Program), "needs Vim 9 (Debian's package vim)");

    public async Task<string[]> CommandAsync(Sandbox sandbox, CancellationToken cancellationToken)
    {
        string settings = Path.Combine(sandbox.Root, "vimrc");
        await File.WriteAllTextAsync(settings, $"set nocompatible noswapfile nowrap rtp^={ExtensionFolder.Of("vim")}\nfiletype plugin indent on\nsyntax on\n", cancellationToken);
        return [Program, "-u", settings, "-i", "NONE"];
    }

    public async Task GoToEndAsync(Terminal terminal, int line)
    {
        await terminal.PressAsync("Escape");
        await terminal.TypeAsync(string.Create(CultureInfo.InvariantCulture, $"{line}GA"));
    }

    public async Task UndoAsync(Terminal terminal)
    {
        await terminal.PressAsync("Escape");
        await terminal.TypeAsync("uA");
    }

    public Task SaveAsync(Terminal terminal) => CommandLineAsync(terminal, "write");

    public Task RunAsync(Terminal terminal, string command) => CommandLineAsync(terminal, "LocalCopilot " + command);

    public Task ShowMessagesAsync(Terminal terminal) => CommandLineAsync(terminal, "messages");

    private static async Task CommandLineAsync(Terminal terminal, string command)
    {
        await terminal.PressAsync("Escape");
        await terminal.TypeAsync(":" + command);
        await terminal.PressAsync("Enter");
    }
}
