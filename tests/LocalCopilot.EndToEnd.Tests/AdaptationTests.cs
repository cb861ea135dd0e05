using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>The learning loop through the real executable, its worker, its daemon and its files.</summary>
public class AdaptationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repository_is_learned_served_rolled_back_exported_and_forgotten()
    {
        await using LearnedRepository repository = new();
        Sandbox sandbox = repository.Sandbox;

        JsonNode adapted = await JsonAsync(sandbox, "adapt", repository.Root, "--json");
        Assert.True(adapted["outcome"]!.GetValue<string>() == "activated", adapted.ToJsonString());
        Assert.StartsWith("Better on ", adapted["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(Bits(adapted, "candidate") < Bits(adapted, "base"));
        JsonNode active = Assert.Single((await JsonAsync(sandbox, "adapters", "list", repository.Root, "--json")).AsArray(), adapter => adapter!["state"]!.GetValue<string>() == "active")!;
        string id = active["id"]!.GetValue<string>();
        Assert.Equal(id, adapted["adapter"]!["id"]!.GetValue<string>());

        // The same head again: nothing new.
        Assert.Equal("upToDate", (await JsonAsync(sandbox, "adapt", repository.Root, "--json"))["outcome"]!.GetValue<string>());

        await using (DaemonClient daemon = await DaemonClient.ConnectAsync(sandbox.Paths, startIfNeeded: true, TimeProvider.System, Cancelled))
        {
            CompleteParams place = Place(repository, useAdapter: true);
            string with = Text(await daemon.Control.CompleteAsync(place, Cancelled));
            string without = Text(await daemon.Control.CompleteAsync(place with { UseAdapter = false }, Cancelled));
            Assert.NotEqual(without, with);
            Assert.Null((await daemon.Learning.RollBackAdapterAsync(new(repository.Root), Cancelled)).Active);
            Assert.Equal(without, Text(await daemon.Control.CompleteAsync(place, Cancelled)));
            await daemon.Learning.ActivateAdapterAsync(new(id[..8]), Cancelled);
            Assert.Equal(with, Text(await daemon.Control.CompleteAsync(place, Cancelled)));
            EvaluateResult evaluated = await daemon.Learning.EvaluateAsync(new() { Repository = repository.Root, Since = "HEAD~12", Limit = 10 }, Cancelled);
            EvaluateResult baseline = await daemon.Learning.EvaluateAsync(new() { Repository = repository.Root, Since = "HEAD~12", Limit = 10, Adapter = "none" }, Cancelled);
            Assert.Equal((10, 10), (evaluated.Items, evaluated.PerItem.Count));
            Assert.True(evaluated.Score.BitsPerByte < baseline.Score.BitsPerByte);
        }

        string gguf = Path.Combine(sandbox.Root, "out.gguf");
        string peft = Path.Combine(sandbox.Root, "peft");
        Assert.Equal(0, (await sandbox.RunAsync(Cancelled, "adapters", "export", id, gguf)).ExitCode);
        Assert.Equal(0, (await sandbox.RunAsync(Cancelled, "adapters", "export", id[..6], peft, "--format", "peft")).ExitCode);
        Assert.Equal(id, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(gguf, Cancelled))));
        Assert.True(File.Exists(Path.Combine(peft, "adapter_model.safetensors")) && File.Exists(Path.Combine(peft, "adapter_config.json")));

        Assert.NotEmpty(FilesWith(sandbox, "services/"));
        var (exitCode, _, error) = await sandbox.RunAsync(Cancelled, "forget", repository.Root, "--yes");
        Assert.True(exitCode == 0, error);
        AssertForgotten(sandbox, id);
    }

    [Fact]
    public async Task A_round_that_is_interrupted_in_every_way_goes_on_and_ends()
    {
        await using LearnedRepository repository = new("00:00:40");
        Sandbox sandbox = repository.Sandbox;

        // Ctrl-C.
        using (Process adapt = sandbox.StartInterruptible("adapt", repository.Root))
        {
            await OutputAsync(adapt, "Training, ");
            using Process interrupt = Process.Start("kill", ["-INT", adapt.Id.ToString(CultureInfo.InvariantCulture)]);
            string rest = await adapt.StandardError.ReadToEndAsync(Cancelled);
            await adapt.WaitForExitAsync(Cancelled);
            Assert.Equal(130, adapt.ExitCode);
            Assert.Contains("goes on", rest, StringComparison.Ordinal);
        }

        // The worker is killed: the daemon starts another. Then the daemon is killed.
        using (Process adapt = sandbox.Start("adapt", repository.Root))
        {
            await OutputAsync(adapt, "Training, ");
            Processes.KillWorkersOf(sandbox);
            await OutputAsync(adapt, "Training, ");
            using Process daemon = Process.GetProcessById(await sandbox.DaemonProcessIdAsync(Cancelled));
            daemon.Kill();
            await adapt.WaitForExitAsync(Cancelled);
            Assert.Equal(3, adapt.ExitCode);
        }

        JsonNode status = await JsonAsync(sandbox, "adapters", "list", repository.Root, "--json");
        Assert.Empty(status.AsArray());
        JsonNode adapted = await JsonAsync(sandbox, "adapt", repository.Root, "--json");
        Assert.True(adapted["outcome"]!.GetValue<string>() == "activated", adapted.ToJsonString());
        Assert.Empty(Directory.GetDirectories(sandbox.Paths.RunDirectory));
    }

    [Fact]
    public async Task An_editor_follows_a_round_and_gets_completions_meanwhile()
    {
        await using LearnedRepository repository = new();
        using LspClient editor = LspClient.Start(repository.Sandbox);
        await editor.RequestAsync("initialize", new JsonObject { ["capabilities"] = new JsonObject() }, Cancelled);
        await editor.NotifyAsync("initialized", new JsonObject(), Cancelled);
        CompleteParams place = Place(repository, useAdapter: true);
        string uri = new Uri(place.Path).AbsoluteUri;
        await editor.OpenAsync(uri, place.Text, Cancelled);

        int adapt = await editor.SendRequestAsync("localCopilot/adapt", new JsonObject { ["repository"] = uri, ["workDoneToken"] = "mine" }, Cancelled);
        await editor.NotificationAsync("localCopilot/adaptationChanged", status => status["state"]!.GetValue<string>() == "training", Cancelled);
        JsonObject second = await editor.RequestAsync("localCopilot/adapt", new JsonObject { ["repository"] = uri }, Cancelled);
        Assert.Equal(ErrorCodes.AdaptationRunning, second["error"]!["code"]!.GetValue<int>());
        for (int i = 0; i < 5; i++)
        {
            JsonObject completion = await editor.RequestAsync("textDocument/inlineCompletion", LspClient.At(uri, place.Position.Line, place.Position.Character), Cancelled);
            Assert.NotNull(completion["result"]);
        }

        await editor.NotificationAsync("localCopilot/adaptationChanged", status => status["state"]!.GetValue<string>() == "paused", Cancelled);
        JsonObject result = await editor.AnswerAsync(adapt, Cancelled);
        Assert.True(result["result"]?["outcome"]!.GetValue<string>() == "activated", result.ToJsonString());
        foreach (string kind in (string[])["begin", "report", "end"])
        {
            await editor.NotificationAsync("$/progress", progress => progress["token"]!.GetValue<string>() == "mine" && progress["value"]!["kind"]!.GetValue<string>() == kind, Cancelled);
        }

        JsonNode watching = await editor.NotificationAsync("localCopilot/adaptationChanged", status => status["state"]!.GetValue<string>() == "watching" && status["adapter"] is not null, Cancelled);
        Assert.StartsWith("Better on ", watching["reason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_round_that_goes_on_learns_what_is_new_and_one_that_would_begin_anew_waits_for_as_much()
    {
        await using LearnedRepository repository = new(freshEvery: 1);
        Sandbox sandbox = repository.Sandbox;
        JsonNode first = await JsonAsync(sandbox, "adapt", repository.Root, "--json");
        Assert.True(first["outcome"]!.GetValue<string>() == "activated", first.ToJsonString());

        repository.Grow(25);
        JsonNode second = await JsonAsync(sandbox, "adapt", repository.Root, "--json");
        Assert.Contains(second["outcome"]!.GetValue<string>(), (string[])["activated", "rejected"]);
        Assert.NotEqual(first["adapter"]!["id"]!.GetValue<string>(), second["adapter"]!["id"]!.GetValue<string>());
        foreach (JsonNode served in ((JsonNode[])[first, second]).Where(round => round["outcome"]!.GetValue<string>() == "activated"))
        {
            JsonNode canary = served["evaluation"]!["canary"]!;
            Assert.True(canary["candidate"]!["bitsPerByte"]!.GetValue<double>() <= 1.05 * canary["base"]!["bitsPerByte"]!.GetValue<double>(), served.ToJsonString());
        }

        // The next one would begin from the base model.
        Assert.Equal("upToDate", (await JsonAsync(sandbox, "adapt", repository.Root, "--json"))["outcome"]!.GetValue<string>());
        repository.Grow(2);
        JsonNode early = await JsonAsync(sandbox, "adapt", repository.Root, "--json");
        Assert.Equal("notEnoughSamples", early["outcome"]!.GetValue<string>());
        Assert.Contains("a round waits for", early["reason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_rolled_back_during_a_round_stays_so()
    {
        await using LearnedRepository repository = new();
        Sandbox sandbox = repository.Sandbox;
        string adapter = repository.ServeUntrained();
        using Process adapt = sandbox.Start("adapt", repository.Root, "--from", "base");
        await OutputAsync(adapt, "Training, ");
        Assert.Equal(adapter, Assert.Single((await JsonAsync(sandbox, "adapters", "list", repository.Root, "--json")).AsArray(), listed => listed!["state"]!.GetValue<string>() == "active")!["id"]!.GetValue<string>());
        var (exitCode, _, error) = await sandbox.RunAsync(Cancelled, "adapters", "rollback", repository.Root);
        Assert.True(exitCode == 0, error);
        Task drained = adapt.StandardError.ReadToEndAsync(Cancelled);
        string output = await adapt.StandardOutput.ReadToEndAsync(Cancelled);
        await drained;
        await adapt.WaitForExitAsync(Cancelled);

        Assert.Contains("What is served was changed while it was learned", output, StringComparison.Ordinal);
        JsonArray listed = (await JsonAsync(sandbox, "adapters", "list", repository.Root, "--json")).AsArray();
        Assert.DoesNotContain(listed, one => one!["state"]!.GetValue<string>() == "active");
        JsonNode learned = Assert.Single(listed, one => one!["id"]!.GetValue<string>() != adapter)!;
        Assert.Equal(0, (await sandbox.RunAsync(Cancelled, "adapters", "activate", learned["id"]!.GetValue<string>())).ExitCode);
    }

    [Fact]
    public async Task Another_model_that_is_selected_during_a_round_measures_nothing_of_it()
    {
        await using LearnedRepository repository = new();
        Sandbox sandbox = repository.Sandbox;
        string other = SameShapeModel.Write(sandbox.Root);
        using (Process adapt = sandbox.Start("adapt", repository.Root))
        {
            await OutputAsync(adapt, "Training, ");
            Assert.Equal(0, (await sandbox.RunAsync(Cancelled, "models", "select", other)).ExitCode);
            string rest = await adapt.StandardError.ReadToEndAsync(Cancelled);
            await adapt.WaitForExitAsync(Cancelled);
            Assert.Equal(1, adapt.ExitCode);
            Assert.Contains($"{EmbeddedModelFile.Id} is not served any more", rest, StringComparison.Ordinal);
        }

        Assert.Empty((await JsonAsync(sandbox, "adapters", "list", repository.Root, "--json")).AsArray());
        Assert.Equal(0, (await sandbox.RunAsync(Cancelled, "models", "select", "embedded")).ExitCode);
        JsonNode adapted = await JsonAsync(sandbox, "adapt", repository.Root, "--json");
        Assert.True(adapted["outcome"]!.GetValue<string>() == "activated", adapted.ToJsonString());
    }

    [Fact]
    public async Task What_is_forgotten_during_a_round_is_not_read_again()
    {
        await using LearnedRepository repository = new(automatic: true);
        Sandbox sandbox = repository.Sandbox;
        using Process adapt = sandbox.Start("adapt", repository.Root);
        await OutputAsync(adapt, "Training, ");
        var (exitCode, _, error) = await sandbox.RunAsync(Cancelled, "forget", repository.Root, "--yes");
        Assert.True(exitCode == 0, error);
        await adapt.WaitForExitAsync(Cancelled);

        // What begins by itself looks every two seconds.
        await Task.Delay(TimeSpan.FromSeconds(7), Cancelled);
        AssertForgotten(sandbox);
    }

    [Theory]
    [InlineData("adapt", 1, "belongs to no git repository")]
    [InlineData("adapters list", 1, "belongs to no git repository")]
    [InlineData("evaluate --since HEAD", 1, "belongs to no git repository")]
    public async Task A_folder_that_is_no_repository_is_told_so(string command, int exitCode, string message)
    {
        await using Sandbox sandbox = new();
        string folder = Directory.CreateDirectory(Path.Combine(sandbox.Root, "plain")).FullName;
        string[] words = command.Split(' ');

        var (code, _, error) = await sandbox.RunAsync(Cancelled, [.. words[..(words[0] == "adapters" ? 2 : 1)], folder, .. words[(words[0] == "adapters" ? 2 : 1)..]]);

        Assert.Equal(exitCode, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Small_and_empty_histories_are_told_what_they_lack()
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = new();
        var (emptyCode, _, emptyError) = await sandbox.RunAsync(Cancelled, "adapt", repository.Root);
        repository.Write("a.py", "total = price * count + shipping\n");
        repository.Commit();
        var (smallCode, smallOutput, _) = await sandbox.RunAsync(Cancelled, "adapt", repository.Root);
        var (untilCode, _, untilError) = await sandbox.RunAsync(Cancelled, "adapt", repository.Root, "--until", "abcdef1");
        var (idCode, _, idError) = await sandbox.RunAsync(Cancelled, "adapters", "activate", "abcdef12");

        Assert.Equal((1, 0, 1, 1), (emptyCode, smallCode, untilCode, idCode));
        Assert.Contains("no commits yet", emptyError, StringComparison.Ordinal);
        Assert.Contains("More commits", smallOutput, StringComparison.Ordinal);
        Assert.Contains("abcdef1", untilError, StringComparison.Ordinal);
        Assert.Contains("adapters list", idError, StringComparison.Ordinal);
    }

    private static void AssertForgotten(Sandbox sandbox, params string[] further)
    {
        foreach (string trace in (string[])["debit_account", "ledgerkit", "services/", "confirmation_number", .. further])
        {
            Assert.Empty(FilesWith(sandbox, trace));
        }
    }

    private static double Bits(JsonNode adapted, string model) => adapted["evaluation"]![model]!["bitsPerByte"]!.GetValue<double>();

    private static string Text(CompleteResult result) => result.Completions.Count > 0 ? result.Completions[0].Text : "";

    /// <summary>Behind the line that opens an entry, in a file of the house's style.</summary>
    private static CompleteParams Place(LearnedRepository repository, bool useAdapter)
    {
        string text = LearnableRepository.Service("annuity", "settle", 500, new(9));
        string[] lines = text.Split('\n');
        string kept = string.Join('\n', lines[..5]) + "\n    entry.";
        return new()
        {
            Repository = repository.Root,
            Path = Path.Combine(repository.Root, "services", "annuity.py"),
            Text = kept + "\n",
            Position = new(5, 10),
            SingleLine = true,
            UseAdapter = useAdapter,
        };
    }

    private static async Task<JsonNode> JsonAsync(Sandbox sandbox, params string[] arguments)
    {
        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, arguments);
        Assert.True(exitCode == 0, $"{string.Join(' ', arguments)} ended with {exitCode}: {error}");
        return JsonNode.Parse(output)!;
    }

    /// <summary>Reads standard error until a line has the text.</summary>
    private static async Task OutputAsync(Process process, string text)
    {
        StringBuilder seen = new();
        while (await process.StandardError.ReadLineAsync(Cancelled) is { } line)
        {
            seen.AppendLine(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"'{text}' was not written: {seen}{await process.StandardOutput.ReadToEndAsync(Cancelled)}");
    }

    /// <summary>Files of ours, not of the repository, that hold a text.</summary>
    private static string[] FilesWith(Sandbox sandbox, string text) =>
    [
        .. ((string[])[sandbox.Paths.DataDirectory, sandbox.Paths.StateDirectory, sandbox.Paths.ConfigurationDirectory])
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            .Where(file => Sandbox.ReadShared(file).Contains(text, StringComparison.Ordinal)),
    ];
}
