using System.Globalization;

namespace LocalCopilot.EndToEnd.Tests.Editors;

internal sealed class EmacsKind : IEditorKind
{
    private const string Program = "/usr/bin/emacs";

    public string Name => "emacs";

    public string DismissKey => "C-g";

    public void Require() => Requirement.Holds(File.Exists(Program), "needs Emacs 28 (Debian's package emacs-nox)");

    public async Task<string[]> CommandAsync(Sandbox sandbox, CancellationToken cancellationToken)
    {
        string settings = Path.Combine(sandbox.Root, "init.el");
        await File.WriteAllTextAsync(
            settings,
            $"""
            (setq native-comp-deferred-compilation nil suggest-key-bindings nil)
            (menu-bar-mode -1)
            (setq inhibit-startup-screen t make-backup-files nil create-lockfiles nil auto-save-default nil)
            (setq-default truncate-lines t)
            (add-to-list 'load-path "{ExtensionFolder.Of("emacs")}")
            (require 'localcopilot)
            (global-localcopilot-mode)

            """,
            cancellationToken);
        return [Program, "-nw", "-Q", "-l", settings];
    }

    public async Task GoToEndAsync(Terminal terminal, int line)
    {
        await terminal.PressAsync("M-g", "g");
        await terminal.TypeAsync(line.ToString(CultureInfo.InvariantCulture));
        await terminal.PressAsync("Enter", "C-e");
    }

    public Task UndoAsync(Terminal terminal) => terminal.PressAsync("C-_");

    public Task SaveAsync(Terminal terminal) => terminal.PressAsync("C-x", "C-s");

    public async Task RunAsync(Terminal terminal, string command)
    {
        await terminal.PressAsync("M-x");
        await terminal.TypeAsync("localcopilot-" + command);
        await terminal.PressAsync("Enter");
    }

    public Task ShowMessagesAsync(Terminal terminal) => terminal.PressAsync("C-h", "e");
}
