using System.Globalization;

namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>Vim and Neovim: the same keys, each with its own extension.</summary>
internal sealed class ViKind : IEditorKind
{
    private readonly string _program;
    private readonly Func<string> _settings;
    private readonly Action<bool> _require;

    /// <param name="settings">Makes what its settings say of LocalCopilot.</param>
    /// <param name="require">Skips the test where the program is not there.</param>
    private ViKind(string name, string program, Func<string> settings, Action<bool> require)
    {
        Name = name;
        _program = program;
        _settings = settings;
        _require = require;
    }

    public static ViKind Vim { get; } = new("vim", "/usr/bin/vim", () => WithExtension("vim"), isThere => Requirement.Holds(isThere, "needs Vim 9 (Debian's package vim)"));

    public static ViKind Neovim { get; } = new("neovim", "/usr/bin/nvim", () => WithExtension("neovim"), isThere => Requirement.Holds(isThere, "needs Neovim (Debian's package neovim)"));

    public static ViKind NewNeovim { get; } = New("neovim-new", () => WithExtension("neovim"));

    /// <summary>Neovim's own inline completion, set up as the README says, and no extension.</summary>
    public static ViKind BareNeovim { get; } = New("neovim-bare", () => $"lua << END\n{ReadmeSettings()}\nEND");

    public string Name { get; }

    public string DismissKey => "C-]";

    public void Require() => _require(File.Exists(_program));

    public async Task<string[]> CommandAsync(Sandbox sandbox, CancellationToken cancellationToken)
    {
        string settings = Path.Combine(sandbox.Root, Name + ".vim");
        await File.WriteAllTextAsync(settings, $"set nocompatible noswapfile nowrap\nlet g:editorconfig = v:false\n{_settings()}\nfiletype plugin indent on\nsyntax on\n", cancellationToken);
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

    /// <summary>Debian's unstable suite has it and may get another or be out of reach, so it is not required.</summary>
    private static ViKind New(string name, Func<string> settings) =>
        new(name, Path.Combine(CacheFolder.Of("neovim"), "nvim"), settings, isThere => Assert.SkipUnless(isThere, "needs Neovim 0.12: run .ci/prepare-neovim"));

    private static string WithExtension(string folder) => "set rtp^=" + ExtensionFolder.Of(folder);

    private static string ReadmeSettings()
    {
        const string begin = "```lua\nvim.lsp.config";
        string readme = File.ReadAllText(Path.Combine(ExtensionFolder.Of("neovim"), "..", "..", "README.md"));
        int start = readme.IndexOf(begin, StringComparison.Ordinal) + "```lua\n".Length;
        return readme[start..readme.IndexOf("\n```", start, StringComparison.Ordinal)];
    }

    private static async Task CommandLineAsync(Terminal terminal, string command)
    {
        await terminal.PressAsync("Escape");
        await terminal.TypeAsync(":" + command);
        await terminal.PressAsync("Enter");
    }
}
