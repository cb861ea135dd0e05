using System.Globalization;

namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>Vim and Neovim: the same keys, each with its own extension.</summary>
internal sealed class ViKind : IEditorKind
{
    private readonly string _program;
    private readonly string _extension;
    private readonly Action<bool> _require;

    /// <param name="extension">Name of its folder in extensions.</param>
    /// <param name="require">Skips the test where the program is not there.</param>
    private ViKind(string name, string program, string extension, Action<bool> require)
    {
        Name = name;
        _program = program;
        _extension = extension;
        _require = require;
    }

    public static ViKind Vim { get; } = new("vim", "/usr/bin/vim", "vim", isThere => Requirement.Holds(isThere, "needs Vim 9 (Debian's package vim)"));

    public static ViKind Neovim { get; } = new("neovim", "/usr/bin/nvim", "neovim", isThere => Requirement.Holds(isThere, "needs Neovim (Debian's package neovim)"));

    /// <summary>With inline completion of its own. Debian's unstable suite has it and may get another, so it is not required.</summary>
    public static ViKind NewNeovim { get; } = new("neovim-new", Path.Combine(CacheFolder.Of("neovim"), "nvim"), "neovim", isThere => Assert.SkipUnless(isThere, "needs Neovim 0.12: run .ci/prepare-neovim"));

    public string Name { get; }

    public string DismissKey => "C-]";

    public void Require() => _require(File.Exists(_program));

    public async Task<string[]> CommandAsync(Sandbox sandbox, CancellationToken cancellationToken)
    {
        string settings = Path.Combine(sandbox.Root, Name + ".vim");
        await File.WriteAllTextAsync(settings, $"set nocompatible noswapfile nowrap rtp^={ExtensionFolder.Of(_extension)}\nfiletype plugin indent on\nsyntax on\n", cancellationToken);
        return [_program, "-u", settings, "-i", "NONE"];
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
