using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Completion.Rhythm;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Tests.Adapters;
using LocalCopilot.Tests.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Tests.Completion;

public sealed class CompletionServiceTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private const string Code = """
        using System;

        public sealed class Circle(double radius)
        {
            public double Radius { get; } = radius;

            public double Area() => Math.PI * Radius * Radius;

            public double Circumference() => 2 * Math.‸
        }

        """;

    private readonly StickyContext _context = new([], TimeProvider.System);
    private readonly SuggestionLog _suggestions = new();
    private readonly CompletionCounters _counters = new();
    private readonly FixedAdapter _adapters = new();
    private CompletionService? _service;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private CompletionService Service => _service ??= new(fixture.Engine, new(), _context, _suggestions, _counters, new TypingRhythms(TimeProvider.System), _adapters, new(TimeProvider.System), TimeProvider.System);

    public void Dispose() => _context.Dispose();

    [Fact]
    public async Task A_line_is_completed()
    {
        CompletionResult result = await Service.CompleteAsync(Request(Code), Cancelled);

        CompletionChoice choice = Assert.Single(result.Choices);
        Assert.NotEmpty(choice.InsertText);
        Assert.DoesNotContain('\n', choice.InsertText);
        Assert.True(result.PromptTokens > 20 && result.GeneratedTokens > 0);
        Assert.True(result.Timings.Total >= result.Timings.Prompt + result.Timings.Decode);
    }

    [Fact]
    public async Task What_was_suggested_can_be_typed_without_a_model_call()
    {
        string suggested = (await Service.CompleteAsync(Request(Code), Cancelled)).Choices[0].InsertText;
        long computed = _counters.Computed;
        for (int typed = 1; typed < suggested.Length; typed++)
        {
            CompletionResult rest = await Service.CompleteAsync(Request(Code.Replace("‸", suggested[..typed] + "‸", StringComparison.Ordinal)), Cancelled);
            Assert.Equal(suggested[typed..], Assert.Single(rest.Choices).InsertText);
        }

        Assert.Equal((computed, suggested.Length - 1), (_counters.Computed, _counters.TypedThrough));
    }

    [Fact]
    public async Task At_a_new_place_what_is_around_the_cursor_answers_while_the_whole_prompt_is_evaluated()
    {
        string text = string.Concat(Enumerable.Range(0, 60).Select(number => $"// Line {number} of a long comment about shapes.\n")) + Code;
        CompletionRequest request = Request(text) with { Trigger = CompletionTrigger.Automatic };

        CompletionResult result = await Service.CompleteAsync(request, Cancelled);
        Assert.InRange(result.PromptTokens, 1, 128);

        // Another length each time, so that no earlier suggestion answers; and a longer pause, since a request ends what is evaluated ahead.
        int length = 10;
        await Eventually.HoldsAsync(async () =>
        {
            await Task.Delay(20 * length, Cancelled);
            result = await Service.CompleteAsync(request with { MaxTokens = length++ }, Cancelled);
            return result.PromptTokens > 128;
        });

        Assert.InRange(result.PromptTokens, 400, 1000);
        Assert.Equal(result.PromptTokens - 2, result.CachedTokens);
    }

    [Fact]
    public async Task After_an_acceptance_the_next_suggestion_is_there()
    {
        CompletionResult first = await Service.CompleteAsync(Request(Code), Cancelled);
        await using AcceptancePrefetch prefetch = new(Service, _suggestions, NullLogger<AcceptancePrefetch>.Instance);
        AcceptedSuggestion accepted = _suggestions.Find(first.Choices[0].Id)!;
        long computed = _counters.Computed;

        prefetch.Accepted(first.Choices[0].Id);
        prefetch.Accepted("unknown");
        await Eventually.HoldsAsync(() => _counters.Computed > computed);

        CompletionResult next = await Service.CompleteAsync(accepted.Next(), Cancelled);
        Assert.True(next.GeneratedTokens == 0 || next.CachedTokens >= next.PromptTokens - 2);
    }

    [Fact]
    public async Task What_is_being_computed_ahead_is_not_computed_again()
    {
        CompletionResult first = await Service.CompleteAsync(Request(Code), Cancelled);
        AcceptedSuggestion accepted = _suggestions.Find(first.Choices[0].Id)!;
        string below = Code.Replace("‸", first.Choices[0].InsertText + "\n\n    public double Diameter() => ‸", StringComparison.Ordinal);
        AcceptedSuggestion next = accepted with { Request = Request(below), Offset = CursorText.Place(below).Offset, Choice = accepted.Choice with { InsertText = "" } };
        long computed = _counters.Computed;

        Task prefetch = Service.PrefetchAsync(next, Cancelled);
        CompletionResult result = await Service.CompleteAsync(next.Next(), Cancelled);
        await prefetch;

        Assert.NotEmpty(result.Choices);
        Assert.Equal((computed + 1, 1), (_counters.Computed, _counters.TypedThrough));
    }

    [Fact]
    public async Task A_prefetch_that_fails_does_not_end_the_ones_after_it()
    {
        CompletionResult first = await Service.CompleteAsync(Request(Code), Cancelled);
        AcceptedSuggestion accepted = _suggestions.Find(first.Choices[0].Id)!;
        _suggestions.Add("broken", accepted with { Request = accepted.Request with { Position = new(9999, 0) } });
        await using AcceptancePrefetch prefetch = new(Service, _suggestions, NullLogger<AcceptancePrefetch>.Instance);
        long computed = _counters.Computed;

        prefetch.Accepted("broken");
        prefetch.Accepted(first.Choices[0].Id);
        await Eventually.HoldsAsync(() => _counters.Computed > computed);

        await prefetch.DisposeAsync();
        prefetch.Accepted(first.Choices[0].Id);
    }

    [Fact]
    public async Task A_model_that_is_selected_while_a_prompt_is_made_completes_it()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("lc-selected-");
        string other = SameShapeModel.Write(folder.FullName);
        using InferenceEngine engine = EngineFixture.Create();
        ServedModel before = await engine.GetModelAsync(Cancelled);
        ChangingEngine changing = new(engine, () => engine.UseModelAsync(other, Cancelled), before);
        CompletionService service = new(changing, new(), _context, _suggestions, _counters, new TypingRhythms(TimeProvider.System), _adapters, new(TimeProvider.System), TimeProvider.System);

        CompletionResult result = await service.CompleteAsync(Request(Code), Cancelled);
        folder.Delete(recursive: true);

        Assert.NotEmpty(Assert.Single(result.Choices).InsertText);
        Assert.Equal(other, engine.Model.Path);
    }

    [Fact]
    public async Task A_measured_completion_is_computed_each_time()
    {
        CompletionRequest request = Request(Code) with { WaitForIndex = true };
        CompletionResult first = await Service.CompleteAsync(request, Cancelled);

        CompletionResult second = await Service.CompleteAsync(request, Cancelled);

        Assert.Equal((first.PromptTokens, first.GeneratedTokens), (second.PromptTokens, second.GeneratedTokens));
        Assert.Equal(0, _counters.TypedThrough);
    }

    [Fact]
    public async Task Loading_and_holding_back_are_waiting_and_no_context()
    {
        using InferenceEngine engine = EngineFixture.Create();
        CompletionService service = new(engine, new(), _context, _suggestions, _counters, new TypingRhythms(TimeProvider.System), _adapters, new(TimeProvider.System), TimeProvider.System);

        CompletionTimings timings = (await service.CompleteAsync(Request(Code), Cancelled)).Timings;

        Assert.True(timings.Queue > timings.Context, $"Loading a model takes longer than building a prompt: {timings}");
        Assert.True(timings.Queue + timings.Context + timings.Prompt + timings.Decode <= timings.Total);
    }

    [Fact]
    public void Suggestions_of_large_documents_are_forgotten_sooner()
    {
        CompletionRequest request = Request(Code) with { Document = new("file:///large.cs", "csharp", 1, new(' ', 2_000_000)) };
        for (int i = 0; i < 5; i++)
        {
            _suggestions.Add($"{i}", new(request, 0, new($"{i}", "x", 0, 0)));
        }

        Assert.Equal([false, false, false, true, true], Enumerable.Range(0, 5).Select(i => _suggestions.Find($"{i}") is not null));
    }

    [Fact]
    public async Task Several_suggestions_differ()
    {
        CompletionResult result = await Service.CompleteAsync(Request(Code) with { Count = 3 }, Cancelled);

        Assert.InRange(result.Choices.Count, 2, 3);
        Assert.Equal(result.Choices.Count, result.Choices.Select(choice => choice.InsertText).Distinct().Count());
    }

    [Fact]
    public async Task A_suggestion_begins_with_what_the_editor_has_selected()
    {
        CompletionResult result = await Service.CompleteAsync(Request(Code) with { SelectedText = "Sqrt" }, Cancelled);

        Assert.All(result.Choices, choice => Assert.StartsWith("Sqrt", choice.InsertText, StringComparison.Ordinal));
        Assert.NotEmpty(result.Choices);
    }

    [Fact]
    public async Task A_document_with_carriage_returns_gets_them()
    {
        string code = "def area(radius):\n    return 3.14 * radius * radius\n\n\ndef circumference(radius):‸\n".Replace("\n", "\r\n", StringComparison.Ordinal);

        CompletionResult result = await Service.CompleteAsync(Request(code) with { SingleLine = false }, Cancelled);

        string text = Assert.Single(result.Choices).InsertText;
        Assert.Contains("\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", text.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("‸")]
    [InlineData("\0\u0001‸\uD800\uFFFF")]
    [InlineData("<|fim_middle|>‸<|endoftext|>")]
    public async Task Odd_documents_are_answered(string text) =>
        Assert.NotNull(await Service.CompleteAsync(Request(text), Cancelled));

    [Fact]
    public async Task A_large_document_is_answered()
    {
        string line = "    private readonly int _value = Compute(1, 2, 3);\n";
        string half = string.Concat(Enumerable.Repeat(line, 500_000));

        CompletionResult result = await Service.CompleteAsync(Request(half + "    private readonly ‸\n" + half), Cancelled);

        Assert.InRange(result.PromptTokens, 100, 1024);
    }

    [Fact]
    public async Task A_cancelled_request_is_counted()
    {
        using CancellationTokenSource cancellation = new();
        await fixture.Engine.GetModelAsync(Cancelled);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Service.CompleteAsync(Request(Code), cancellation.Token));
        Assert.Equal(1, _counters.Cancelled);
    }

    [Fact]
    public async Task After_a_swap_nothing_of_the_adapter_before_is_answered()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("lc-adapters-");
        CompletionResult before = await Service.CompleteAsync(Request(Code), Cancelled);
        _adapters.Adapter = RandomAdapter.Write(folder.FullName, 1);
        long typedThrough = _counters.TypedThrough;

        CompletionResult swapped = await Service.CompleteAsync(Request(Code), Cancelled);
        CompletionResult without = await Service.CompleteAsync(Request(Code) with { UseAdapter = false, WaitForIndex = true }, Cancelled);

        Assert.Null(before.Adapter);
        Assert.Equal("1", swapped.Adapter);
        Assert.Equal(typedThrough, _counters.TypedThrough);
        Assert.Equal(before.Choices[0].InsertText, without.Choices[0].InsertText);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task With_an_adapter_that_cannot_be_used_the_base_model_answers()
    {
        _adapters.Adapter = new("gone", "/there/is/none.gguf");

        CompletionResult result = await Service.CompleteAsync(Request(Code), Cancelled);

        Assert.NotEmpty(result.Choices);
        Assert.Null(result.Adapter);
        Assert.Equal("gone", _adapters.Failure?.Adapter.Id);
    }

    private static CompletionRequest Request(string marked)
    {
        var (text, position) = CursorText.Split(marked);
        return new() { Document = new("file:///shapes/circle.cs", "csharp", 1, text), Position = position, SingleLine = true };
    }

    /// <summary>Serves another model as soon as somebody has been told of the first.</summary>
    private sealed class ChangingEngine(InferenceEngine engine, Func<Task> change, ServedModel first) : PassingEngine(engine)
    {
        private bool _changed;

        public override async ValueTask<ServedModel> GetModelAsync(CancellationToken cancellationToken)
        {
            if (_changed)
            {
                return await base.GetModelAsync(cancellationToken);
            }

            _changed = true;
            await change();
            return first;
        }
    }
}
