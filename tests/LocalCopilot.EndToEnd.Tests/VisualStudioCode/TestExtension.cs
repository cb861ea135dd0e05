using System.IO.Compression;
using System.Text.Json;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>Another extension in the same process: it writes down what that process connects to and starts, and lets tests use VS Code's API.</summary>
/// <remarks>Tests prepare and look things up through it; what a test is about is done with keys and seen in the window.</remarks>
internal static class TestExtension
{
    private const string Manifest = """
        { "name": "for-tests", "publisher": "localcopilot-tests", "version": "0.0.1", "engines": { "vscode": "^1.91.0" }, "activationEvents": ["*"], "main": "./main.js", "extensionKind": ["workspace"] }
        """;

    /// <param name="package">The file to write, a vsix.</param>
    /// <param name="record">The file that gets a line for each connection, datagram and child process, from the process's first moment on.</param>
    /// <param name="hosts">The folder in which each process listens for <see cref="ExtensionHost"/>, on a socket named by its id.</param>
    public static async Task PackageAsync(string package, string record, string hosts)
    {
        await using ZipArchive archive = await ZipFile.OpenAsync(package, ZipArchiveMode.Create);
        await AddAsync("extension/package.json", Manifest);
        await AddAsync(
            "extension/main.js",
            $$"""
            const vscode = require('vscode'), net = require('net');
            const put = text => require('fs').appendFileSync({{JsonSerializer.Serialize(record)}}, text + '\n');
            const socket = net.Socket.prototype, connect = socket.connect;
            socket.connect = function (...given) {
              const to = [given[0]].flat()[0];
              put('connect ' + (to?.path ?? `${to?.host}:${to?.port ?? to}`));
              return connect.apply(this, given);
            };
            const dgram = require('dgram').Socket.prototype, send = dgram.send;
            dgram.send = function (...given) { put('send'); return send.apply(this, given); };
            const child = require('child_process').ChildProcess.prototype, spawn = child.spawn;
            child.spawn = function (options) { put('spawn ' + options.args.join(' ')); return spawn.call(this, options); };
            put('start');
            const hosts = {{JsonSerializer.Serialize(hosts)}};
            exports.activate = () => {
              net.createServer({ allowHalfOpen: true }, async connection => {
                let script = '';
                for await (const part of connection.setEncoding('utf8')) script += part;
                const run = Object.getPrototypeOf(async () => {}).constructor('vscode', script);
                connection.end(JSON.stringify(await run(vscode).then(result => ({ result }), error => ({ error: String(error) }))));
              // A socket is there a moment before anybody listens on it: so it gets its place when it does.
              }).listen(`${hosts}.${process.pid}`, () => require('fs').renameSync(`${hosts}.${process.pid}`, `${hosts}/${process.pid}`));
            };
            """);

        async Task AddAsync(string name, string text)
        {
            await using StreamWriter writer = new(await archive.CreateEntry(name).OpenAsync());
            await writer.WriteAsync(text);
        }
    }
}
