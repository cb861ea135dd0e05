using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>What an editor and its child process said to each other, copied while it passes.</summary>
/// <remarks>A <c>localcopilot</c> first in the editor's path runs the real one, in the same process, with both its streams through tee. Its errors go to the editor from itself alone: their end is how Vim knows that it has ended.</remarks>
internal sealed class Recording
{
    private readonly string _folder;
    private readonly string _parent;

    private Recording(string folder, string parent)
    {
        _folder = folder;
        _parent = parent;
    }

    /// <summary>The folder of the program, to be first in the path.</summary>
    public string Folder => _folder;

    /// <param name="program">The real one; null: there is none.</param>
    public static async Task<Recording> CreateAsync(string folder, string? program, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        if (program is null)
        {
            return new(folder, "*");
        }

        string script = Path.Combine(folder, "localcopilot");
        await File.WriteAllTextAsync(
            script,
            $"""
            #!/bin/bash
            exec '{program}' "$@" < <(exec tee '{folder}/'sent.$PPID.$$ 2> /dev/null) > >(exec tee '{folder}/'received.$PPID.$$ 2> /dev/null)

            """,
            cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return new(folder, "*");
    }

    /// <summary>Of those children only that one process has started.</summary>
    public Recording Of(int parent) => new(_folder, parent.ToString(CultureInfo.InvariantCulture));

    /// <summary>What the editor sent to the child that it started last.</summary>
    public IReadOnlyList<JsonObject> Sent => Last is { } last ? Messages(last) : [];

    /// <summary>What came back from it.</summary>
    public IReadOnlyList<JsonObject> Received => Last is { } last ? Messages(last.Replace("sent.", "received.", StringComparison.Ordinal)) : [];

    /// <summary>Child processes that were started so far.</summary>
    public int Children => SentFiles.Length;

    /// <summary>Whether a suggestion was asked for since the last change.</summary>
    public bool IsAskedAfterLastChange
    {
        get
        {
            string?[] methods = [.. Sent.Select(message => message["method"]?.GetValue<string>())];
            return Array.LastIndexOf(methods, "textDocument/inlineCompletion") > Array.LastIndexOf(methods, "textDocument/didChange");
        }
    }

    private string[] SentFiles => Directory.GetFiles(_folder, $"sent.{_parent}.*");

    private string? Last => SentFiles.MaxBy(File.GetCreationTimeUtc);

    public IReadOnlyList<JsonObject> SentOf(string method) => [.. Sent.Where(message => message["method"]?.GetValue<string>() == method)];

    /// <summary>The document's text as the child knows it: the daemon's own way of applying changes, to what was sent.</summary>
    public string TextOf(string uri)
    {
        DocumentStore store = new();
        foreach (JsonObject message in Sent)
        {
            if (message["params"]?["textDocument"] is not { } document || document["uri"]?.GetValue<string>() != uri)
            {
                continue;
            }

            switch (message["method"]!.GetValue<string>())
            {
                case "textDocument/didOpen":
                    store.Open(new(uri, "", document["version"]!.GetValue<int>(), document["text"]!.GetValue<string>()));
                    break;
                case "textDocument/didClose":
                    store.Close(uri);
                    break;
                case "textDocument/didChange":
                    store.Change(uri, document["version"]!.GetValue<int>(), [.. message["params"]!["contentChanges"]!.AsArray().Select(change => Edit(change!))]);
                    break;
            }
        }

        return store.Find(uri)?.Text ?? throw new InvalidOperationException($"{uri} is not open.");
    }

    /// <summary>The last request for a suggestion and its first item; no item where there was none, or the request was cancelled. Null: not answered yet.</summary>
    public (JsonNode Position, JsonNode? Item)? LastAnswer()
    {
        if (SentOf("textDocument/inlineCompletion") is not [.., { } request])
        {
            return null;
        }

        JsonNode position = request["params"]!["position"]!;
        int id = request["id"]!.GetValue<int>();
        if (SentOf("$/cancelRequest").Any(cancelled => cancelled["params"]!["id"]!.GetValue<int>() == id))
        {
            return (position, null);
        }

        JsonObject? answer = Received.FirstOrDefault(message => !message.ContainsKey("method") && message["id"]?.GetValue<int>() == id);
        return answer is null ? null : (position, answer["result"]?["items"]?.AsArray().FirstOrDefault());
    }

    private static DocumentEdit Edit(JsonNode change) => new(
        change["text"]!.GetValue<string>(),
        change["range"] is { } range ? (At(range["start"]!), At(range["end"]!)) : null);

    public static TextPosition At(JsonNode position) => new(position["line"]!.GetValue<int>(), position["character"]!.GetValue<int>());

    /// <remarks>A message that is not all there yet is left for later.</remarks>
    private static List<JsonObject> Messages(string file)
    {
        List<JsonObject> messages = [];
        if (!File.Exists(file))
        {
            return messages;
        }

        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        ReadOnlySpan<byte> rest = bytes;
        while (rest.IndexOf("\r\n\r\n"u8) is var head and >= 0)
        {
            string length = Encoding.ASCII.GetString(rest[..head]).Split("\r\n").Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            int size = int.Parse(length.AsSpan("Content-Length:".Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
            if (rest.Length < head + 4 + size)
            {
                break;
            }

            messages.Add(JsonNode.Parse(rest.Slice(head + 4, size))!.AsObject());
            rest = rest[(head + 4 + size)..];
        }

        return messages;
    }
}
