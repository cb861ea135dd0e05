using System.Diagnostics;
using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>What every editor does, with the real one in a terminal, a real repository, the real daemon and the embedded model.</summary>
public abstract class EditorTests(SepRepository sep) : IClassFixture<SepRepository>
{
    private protected const string Declaration = "string ToStringThreadSafe(ReadOnlySpan<char> ";

    private const string Methods = """
        namespace nietras.SeparatedValues;

        public sealed class Sums
        {
            public int AddFirst(int first, int second)
            {
                var result = first + second;
                Console.WriteLine(result);
                return result;
            }

            public int AddSecond(int first, int second)
            {
                var result = first + second;
                Console.WriteLine(result);
                return result;
            }

            public int AddThird(int first, int second)
        }

        """;

    private const int LastMethod = 19;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private protected abstract IEditorKind Kind { get; }

    private protected SepRepository Sep => sep;

    [Fact]
    public async Task What_the_model_suggests_is_shown_and_Tab_accepts_it()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        await using Editor editor = await OpenAsync(sandbox, HashPool(repository));

        await editor.GoToEndAsync(8);
        await editor.TypeAsync("\r" + Declaration);
        string suggestion = await editor.SuggestsAsync();
        await editor.Terminal.SeesAsync(Declaration + suggestion);
        await editor.AcceptAsync();
        await editor.SentAsync("workspace/executeCommand");
        string saved = await editor.SavedAsync();

        Assert.Equal("chars);", suggestion);
        Assert.Contains("    " + Declaration + suggestion + "\n}\n", saved, StringComparison.Ordinal);
        Assert.Equal(saved, editor.Recording.TextOf(editor.Uri));
        JsonNode shown = editor.Recording.SentOf("textDocument/didShowCompletion")[^1]["params"]!["item"]!;
        JsonNode accepted = editor.Recording.SentOf("workspace/executeCommand").Single()["params"]!;
        Assert.Equal("localCopilot.didAcceptCompletionItem", accepted["command"]!.GetValue<string>());
        Assert.Equal(shown["command"]!["arguments"]!.ToJsonString(), accepted["arguments"]!.ToJsonString());
    }

    [Fact]
    public async Task Tab_is_the_editor_s_own_where_nothing_is_shown()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        await using Editor editor = await OpenAsync(sandbox, HashPool(repository));
        await editor.GoToEndAsync(8);
        await editor.TypeAsync("\r" + Declaration);
        string suggestion = await editor.SuggestsAsync();

        await editor.DismissAsync();
        await editor.Terminal.DoesNotSeeAsync(Declaration + suggestion);
        await editor.AcceptAsync();
        string saved = await editor.SavedAsync();

        string typed = Declaration.TrimEnd();
        string line = saved.Split('\n').Single(line => line.Contains(typed, StringComparison.Ordinal));
        string added = line[(line.IndexOf(typed, StringComparison.Ordinal) + typed.Length)..];
        Assert.True(added != " " && string.IsNullOrWhiteSpace(added), line);
        Assert.Empty(editor.Recording.SentOf("workspace/executeCommand"));
    }

    [Fact]
    public async Task A_suggestion_of_several_lines_is_shown_and_accepted_by_word_by_line_and_whole()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        repository.Write("src/Sep/Sums.cs", Methods);
        await using Editor editor = await OpenAsync(sandbox, Path.Combine(repository.Root, "src", "Sep", "Sums.cs"));
        await editor.GoToEndAsync(LastMethod);
        await editor.TypeAsync("\r{");
        string suggestion = await editor.SuggestsAsync();
        Assert.True(suggestion.Split('\n').Length > 3, suggestion);
        string before = editor.Recording.TextOf(editor.Uri);

        await editor.AcceptWordAsync();
        await editor.UntilAsync(() => Partial(editor).Length == 1, "a word is accepted");
        await editor.SettlesAsync();
        await editor.AcceptLineAsync();
        await editor.UntilAsync(() => Partial(editor).Length == 2, "a line is accepted");
        string rest = await editor.SuggestsAsync();
        Assert.Equal(before.Replace("{\n}\n", "{" + suggestion[..^rest.Length] + "\n}\n", StringComparison.Ordinal), editor.Recording.TextOf(editor.Uri));
        await editor.AcceptAsync();
        await editor.SentAsync("workspace/executeCommand");

        string saved = await editor.SavedAsync();
        Assert.EndsWith("{" + suggestion + "\n}\n", saved, StringComparison.Ordinal);
        Assert.Equal(saved, editor.Recording.TextOf(editor.Uri));
        Assert.Equal([suggestion.IndexOf("var", StringComparison.Ordinal) + 3, suggestion.IndexOf(';', StringComparison.Ordinal) + 1], Partial(editor));
    }

    [Fact]
    public async Task An_accepted_suggestion_is_undone_by_itself_and_nothing_stale_is_left()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        repository.Write("src/Sep/Sums.cs", Methods);
        await using Editor editor = await OpenAsync(sandbox, Path.Combine(repository.Root, "src", "Sep", "Sums.cs"));
        await editor.GoToEndAsync(LastMethod);
        await editor.TypeAsync("\r{");
        await editor.SuggestsAsync();
        string before = editor.Recording.TextOf(editor.Uri);
        await editor.AcceptAsync();
        await editor.SentAsync("workspace/executeCommand");
        await editor.SettlesAsync();

        await editor.UndoAsync();
        await editor.UntilAsync(() => editor.Recording.TextOf(editor.Uri) == before, "the text is as before");

        await editor.SettlesAsync();
        Assert.Equal(before, await editor.SavedAsync());
    }

    [Theory]
    [InlineData("plain", 1)]
    [InlineData("dos", 2)]
    [InlineData("tabs and emoji", 3)]
    public async Task However_fast_and_wild_one_types_the_screen_shows_the_text_and_the_last_answer(string kind, int seed)
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        string text = kind switch
        {
            "dos" => Methods.Replace("\n", "\r\n", StringComparison.Ordinal),
            "tabs and emoji" => Methods.Replace("    ", "\t", StringComparison.Ordinal).Replace("Console", "/* 😀🚀é */ Console", StringComparison.Ordinal),
            _ => Methods,
        };
        repository.Write("src/Sep/Sums.cs", text);
        await using Editor editor = await OpenAsync(sandbox, Path.Combine(repository.Root, "src", "Sep", "Sums.cs"));
        Random random = new(seed);
        for (int round = 0; round < 12; round++)
        {
            await editor.GoToEndAsync(random.Next(4, LastMethod + 1));
            for (int burst = random.Next(1, 5); burst > 0; burst--)
            {
                await WildlyAsync(editor, kind, random);
            }

            // What is typed is asked about, in every editor; what only moves the cursor is not.
            await editor.TypeAsync("r");
            await editor.SettlesAsync();
        }

        string saved = await editor.SavedAsync();
        Assert.Equal(saved, editor.Recording.TextOf(editor.Uri));
        Assert.Equal(kind == "dos", saved.Contains("\r\n", StringComparison.Ordinal));
        Assert.True(editor.Recording.SentOf("textDocument/didShowCompletion").Count > 0);
    }

    [Fact]
    public async Task A_daemon_that_is_killed_is_back_with_its_suggestion_and_nobody_has_to_do_anything()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        await using Editor editor = await OpenAsync(sandbox, HashPool(repository));
        await editor.GoToEndAsync(8);
        await editor.TypeAsync("\r" + Declaration);
        string suggestion = await editor.SuggestsAsync();

        int daemon = await sandbox.DaemonProcessIdAsync(Cancelled);
        Stopwatch away = Stopwatch.StartNew();
        using (Process process = Process.GetProcessById(daemon))
        {
            process.Kill();
        }

        await editor.UntilAsync(() => editor.Recording.Children == 2, "another child is started");
        Assert.Equal(suggestion, await editor.SuggestsAsync());
        TestContext.Current.SendDiagnosticMessage($"{Kind.Name}: suggested again {away.ElapsedMilliseconds} ms after the daemon was killed");

        await editor.AcceptAsync();
        await editor.SentAsync("workspace/executeCommand");
        Assert.NotEqual(daemon, await sandbox.DaemonProcessIdAsync(Cancelled));
        Assert.Equal(2, editor.Recording.Children);
        await Kind.ShowMessagesAsync(editor.Terminal);
        Assert.DoesNotContain(await editor.Terminal.ScreenAsync(), line => line.Contains("LocalCopilot", StringComparison.Ordinal) || line.Contains("rror", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_daemon_s_state_is_shown()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        await using Editor editor = await OpenAsync(sandbox, HashPool(repository));

        await editor.RunAsync("status");

        await editor.Terminal.SeesAsync("embedded-code-6.5m-q8_0");
    }

    [Fact]
    public async Task A_repository_is_learned_to_its_verdict_and_one_sees_how_far_it_is()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        await using Editor editor = await OpenAsync(sandbox, HashPool(repository));

        await editor.RunAsync("adapt");
        await editor.Terminal.SeesAfterLearningAsync("adaptation activated: ", "adaptation rejected: ");

        JsonObject[] progress = [.. editor.Recording.Received.Where(message => message["method"]?.GetValue<string>() == "$/progress")];
        Assert.Contains(progress, message => message["params"]!["value"]!["kind"]!.GetValue<string>() == "report");
        int id = editor.Recording.SentOf("localCopilot/adapt").Single()["id"]!.GetValue<int>();
        JsonNode verdict = editor.Recording.Received.Single(message => !message.ContainsKey("method") && message["id"]?.GetValue<int>() == id)["result"]!;
        string[] screen = await editor.Terminal.ScreenAsync();
        Assert.Contains(screen, line => line.Contains($"adaptation {verdict["outcome"]!.GetValue<string>()}: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_said_once_with_what_to_do()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        await using Editor editor = await Editor.StartAsync(Kind, sandbox, HashPool(repository), program: null);

        await editor.Terminal.SeesAsync("Install it");
        Assert.Equal(0, editor.Recording.Children);
    }

    [Fact]
    public async Task A_repository_that_is_turned_off_is_said_and_nothing_is_suggested()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        repository.Write(".localcopilot.json", """{ "enabled": false }""");
        await using Editor editor = await OpenAsync(sandbox, HashPool(repository));

        await editor.GoToEndAsync(8);
        await editor.TypeAsync("\r" + Declaration);

        Assert.Null(await editor.SettlesAsync());
        await editor.RunAsync("status");
        await editor.Terminal.SeesAsync("Off for this repository");
    }

    [Fact]
    public async Task Turned_off_it_asks_for_nothing_and_turned_on_again_it_suggests()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        await using Editor editor = await OpenAsync(sandbox, HashPool(repository));

        await editor.RunAsync("disable");
        await editor.SentAsync("textDocument/didClose");
        await editor.GoToEndAsync(8);
        await editor.TypeAsync("\r" + Declaration[..^1]);
        await editor.Terminal.SeesAsync(Declaration.TrimEnd());
        Assert.Empty(editor.Recording.SentOf("textDocument/inlineCompletion"));
        await editor.RunAsync("enable");
        await editor.UntilAsync(() => editor.TimesOpened == 2, "the document is open again");
        await editor.GoToEndAsync(9);
        await editor.TypeAsync(" ");

        Assert.Equal("chars);", await editor.SuggestsAsync());
    }

    [Fact]
    public async Task The_editor_has_no_connection_but_to_its_child()
    {
        Requirement.Holds(OperatingSystem.IsLinux(), "needs Linux, where /proc says what a process has open");
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = sep.CheckOut();
        await using Editor editor = await OpenAsync(sandbox, HashPool(repository));
        await editor.GoToEndAsync(8);
        await editor.TypeAsync("\r" + Declaration);
        await editor.SuggestsAsync();

        int process = await editor.Terminal.ProcessIdAsync();
        HashSet<string> network = [.. ((string[])["tcp", "tcp6", "udp", "udp6"]).SelectMany(table => File.ReadLines($"/proc/{process}/net/{table}").Skip(1)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[9])];
        string[] sockets = [.. Directory.EnumerateFiles($"/proc/{process}/fd").Select(descriptor => new FileInfo(descriptor).LinkTarget ?? "").Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))];
        Assert.DoesNotContain(sockets, socket => network.Contains(socket["socket:[".Length..^1]));
    }

    /// <summary>A file of the repository whose last declaration is left out.</summary>
    private protected static string HashPool(CommandLineRepository repository)
    {
        string file = Path.Combine(repository.Root, "src", "Sep", "Internals", "ISepStringHashPool.cs");
        File.WriteAllLines(file, File.ReadLines(file).Where(line => !line.Contains("ToStringThreadSafe", StringComparison.Ordinal)).ToArray());
        return file;
    }

    private static int[] Partial(Editor editor) => [.. editor.Recording.SentOf("textDocument/didPartiallyAcceptCompletion").Select(message => message["params"]!["acceptedLength"]!.GetValue<int>())];

    private Task<Editor> OpenAsync(Sandbox sandbox, string file) => Editor.OpenAsync(Kind, sandbox, file);

    private static async Task WildlyAsync(Editor editor, string kind, Random random)
    {
        string[] texts = ["\r{", "var result = ", "return ", "first + ", "Console.", " ", "(", ")", ";", "result", "int second", "\r"];
        switch (random.Next(10))
        {
            case 0:
                await editor.UndoAsync();
                break;
            case 1:
                await editor.AcceptAsync();
                break;
            case 2:
                await editor.AcceptWordAsync();
                break;
            case 3:
                await editor.AcceptLineAsync();
                break;
            case 4:
                await editor.Terminal.PressAsync([.. Enumerable.Repeat("BSpace", random.Next(1, 8))]);
                break;
            case 5 when kind == "tabs and emoji":
                await editor.TypeAsync("\"😀é\" + ");
                break;
            default:
                await editor.TypeAsync(texts[random.Next(texts.Length)]);
                break;
        }
    }
}
