using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;

namespace LocalCopilot.EndToEnd.Tests.Editors;

public class SeveralEditorsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_editors_at_once_are_served_by_one_daemon()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = new();
        List<Editor> editors = [];
        try
        {
            foreach (IEditorKind kind in (IEditorKind[])[ViKind.Vim, ViKind.Neovim, new EmacsKind()])
            {
                repository.Write(kind.Name + ".cs", "int first = 1;\n");
                editors.Add(await Editor.StartAsync(kind, sandbox, Path.Combine(repository.Root, kind.Name + ".cs"), Sandbox.Executable));
            }

            foreach (Editor editor in editors)
            {
                await editor.UntilAsync(() => editor.TimesOpened == 1, "the document is open");
            }

            await using DaemonClient client = await DaemonClient.ConnectAsync(sandbox.Paths, startIfNeeded: false, TimeProvider.System, Cancelled);
            StatusResult status = await client.Control.StatusAsync(new(), Cancelled);
            Assert.Equal(3, status.Daemon.Sessions);
        }
        finally
        {
            foreach (Editor editor in editors)
            {
                await editor.DisposeAsync();
            }
        }
    }
}
