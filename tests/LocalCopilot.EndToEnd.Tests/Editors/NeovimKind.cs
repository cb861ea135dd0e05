using System.Globalization;

namespace LocalCopilot.EndToEnd.Tests.Editors;

internal sealed class NeovimKind : IEditorKind
{
    private const string Program = "/usr/bin/nvim";

    public string Name => "neovim";

    public string DismissKey => "C-]";

    public void Require() => Requirement.Holds(File.Exists(Program), "needs Neovim (Debian's package neovim)");

    public async Task<string[]> CommandAsync(Sandbox sandbox, CancellationToken cancellationToken)
    {
        string settings = Path.Combine(sandbox.Root, "init.vim");
        await File.WriteAllTextAsync(settings, $"set noswapfile nowrap rtp^={ExtensionFolder.Of("neovim")}\nfiletype plugin indent on\nsyntax on\n", cancellationToken);
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
