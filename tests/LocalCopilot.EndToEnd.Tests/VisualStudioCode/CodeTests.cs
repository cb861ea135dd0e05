namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>Tests in the one VS Code that they share, one at a time.</summary>
[Collection(CodeServerCollection.Name)]
public abstract class CodeTests(CodeServer code) : IAsyncLifetime
{
    /// <summary>A start that leaves the model much to say, in <see cref="OpenOnNewLineAsync"/>.</summary>
    private protected const string Typed = "    /// <summary>Trim ";

    private protected CodeServer Code => code;

    private protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await code.RequireAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return default;
    }

    /// <summary>Writes a file of its own into the repository and opens it in the window that tests share.</summary>
    /// <param name="textWithCursor">Its text, with <c>‸</c> where the cursor goes.</param>
    private protected async Task<CodeWindow> OpenAsync(string name, string textWithCursor)
    {
        (string file, int line, int character) = await WriteAsync(name, textWithCursor);
        return await code.OpenAsync(file, line, character);
    }

    /// <summary>The window that tests share, with the cursor on an empty line in a copy of an enumeration of the repository.</summary>
    private protected async Task<CodeWindow> OpenOnNewLineAsync()
    {
        (string file, int line, int character) = await WriteOnNewLineAsync();
        return await code.OpenAsync(file, line, character);
    }

    /// <summary>The same in a window of one test alone.</summary>
    private protected async Task<CodeWindow> OpenWindowOnNewLineAsync()
    {
        (string file, int line, int character) = await WriteOnNewLineAsync();
        CodeWindow window = await code.OpenWindowAsync(code.Repository);
        await window.OpenFileAsync(file, line, character);
        await window.ConnectedAsync();
        return window;
    }

    private async Task<(string File, int Line, int Character)> WriteOnNewLineAsync()
    {
        string text = await File.ReadAllTextAsync(Path.Combine(code.Repository, "src/Sep/SepTrim.cs"), Cancelled);
        int end = text.LastIndexOf('}');
        return await WriteAsync("src/Sep/SepTrim.cs", text[..end] + "‸\n" + text[end..]);
    }

    private async Task<(string File, int Line, int Character)> WriteAsync(string name, string textWithCursor)
    {
        string file = Path.Combine(code.Repository, Path.ChangeExtension(name, $"{Guid.NewGuid():N}{Path.GetExtension(name)}"));
        string before = textWithCursor[..textWithCursor.IndexOf('‸', StringComparison.Ordinal)];
        await File.WriteAllTextAsync(file, textWithCursor.Replace("‸", "", StringComparison.Ordinal), Cancelled);
        return (file, before.Count('\n'), before.Length - (before.LastIndexOf('\n') + 1));
    }
}

/// <summary>One editor for all tests of it, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class CodeServerCollection : ICollectionFixture<CodeServer>
{
    public const string Name = "Visual Studio Code";
}
