namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>Where an editor's extension lies in this project.</summary>
internal static class ExtensionFolder
{
    public static string Of(string editor)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string extension = Path.Combine(folder.FullName, "extensions", editor);
            if (Directory.Exists(extension))
            {
                return extension;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has extensions/{editor}.");
    }
}
