namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>What differs between editors.</summary>
internal interface IEditorKind
{
    string Name { get; }

    string DismissKey { get; }

    /// <summary>Skips the test where the editor is not there.</summary>
    void Require();

    /// <summary>The command that starts it with nothing but the extension; a file follows.</summary>
    Task<string[]> CommandAsync(Sandbox sandbox, CancellationToken cancellationToken);

    Task GoToEndAsync(Terminal terminal, int line);

    Task UndoAsync(Terminal terminal);

    Task SaveAsync(Terminal terminal);

    Task RunAsync(Terminal terminal, string command);

    /// <summary>Shows all messages that there were.</summary>
    Task ShowMessagesAsync(Terminal terminal);
}
