using System.Text.Json;
using System.Text.Json.Nodes;
using LocalCopilot.Protocol;

namespace LocalCopilot.Tests.Protocol;

/// <summary>Each example of the wire contract goes through its message types and comes back as written.</summary>
public class ExampleTests
{
    private static readonly Dictionary<string, (Type Params, Type? Result)> Messages = new()
    {
        [LspMethods.Initialize] = (typeof(InitializeParams), typeof(InitializeResult)),
        [LspMethods.DidOpen] = (typeof(DidOpenParams), null),
        [LspMethods.DidChange] = (typeof(DidChangeParams), null),
        [LspMethods.DidSave] = (typeof(DidSaveParams), null),
        [LspMethods.DidClose] = (typeof(DidCloseParams), null),
        [LspMethods.DidFocus] = (typeof(DidFocusParams), null),
        [LspMethods.InlineCompletion] = (typeof(InlineCompletionParams), typeof(InlineCompletionList)),
        [LspMethods.DidShowCompletion] = (typeof(DidShowCompletionParams), null),
        [LspMethods.DidPartiallyAcceptCompletion] = (typeof(DidPartiallyAcceptCompletionParams), null),
        [LspMethods.DidChangeStatus] = (typeof(DidChangeStatusParams), null),
        [LocalCopilotMethods.Hello] = (typeof(HelloParams), typeof(HelloResult)),
        [LocalCopilotMethods.Status] = (typeof(StatusParams), typeof(StatusResult)),
        [LocalCopilotMethods.Complete] = (typeof(CompleteParams), typeof(CompleteResult)),
        [LocalCopilotMethods.ModelsList] = (typeof(JsonObject), typeof(IReadOnlyList<ModelDescription>)),
        [LocalCopilotMethods.ModelsSelect] = (typeof(ModelsSelectParams), typeof(ModelDescription)),
        [LocalCopilotMethods.Shutdown] = (typeof(ShutdownParams), typeof(ShutdownResult)),
        [LocalCopilotMethods.Adapt] = (typeof(AdaptParams), typeof(AdaptationResult)),
        [LocalCopilotMethods.AdaptersList] = (typeof(RepositoryParams), typeof(IReadOnlyList<Adapter>)),
        [LocalCopilotMethods.AdaptersExport] = (typeof(AdaptersExportParams), null),
        [LocalCopilotMethods.Evaluate] = (typeof(EvaluateParams), typeof(EvaluateResult)),
        [LocalCopilotMethods.Statistics] = (typeof(StatisticsParams), typeof(StatisticsResult)),
        [LocalCopilotMethods.Forget] = (typeof(RepositoryParams), null),
        [LocalCopilotMethods.AdaptationChanged] = (typeof(RepositoryStatus), null),
    };

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "examples"), "*.json").Select(file => Path.GetFileName(file)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void An_example_comes_back_as_written(string file)
    {
        JsonObject example = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "examples", file)))!.AsObject();
        var (parameters, result) = Messages[example["method"]!.GetValue<string>()];

        AssertSame(example["params"]!, parameters);
        if (result is not null)
        {
            AssertSame(example["result"]!, result);
        }
    }

    [Fact]
    public void Every_message_of_the_table_has_an_example()
    {
        HashSet<string> shown = [.. Files.Select(row => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "examples", row.Data)))!["method"]!.GetValue<string>())];

        Assert.Empty(Messages.Keys.Except(shown));
    }

    [Fact]
    public void Unknown_fields_are_ignored()
    {
        StatusParams? read = JsonSerializer.Deserialize<StatusParams>("""{"repository":"/r","later":{"x":1}}""", ProtocolJson.CreateOptions());

        Assert.Equal("/r", read!.Repository);
    }

    private static void AssertSame(JsonNode written, Type type)
    {
        JsonSerializerOptions options = ProtocolJson.CreateOptions();
        object? read = written.Deserialize(type, options);
        JsonNode? again = JsonSerializer.SerializeToNode(read, type, options);

        Assert.True(JsonNode.DeepEquals(written, again), $"Written {written.ToJsonString()}, came back {again?.ToJsonString()}");
    }
}
