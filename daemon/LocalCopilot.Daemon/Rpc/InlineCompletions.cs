using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Documents;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>Between LSP's inline completion and the pipeline's.</summary>
internal static class InlineCompletions
{
    /// <exception cref="StreamJsonRpc.LocalRpcException">A position or the trigger kind does not exist.</exception>
    public static CompletionRequest CreateRequest(InlineCompletionParams parameters, DocumentSnapshot document, string? root, int alternatives)
    {
        CompletionTrigger trigger = (CompletionTrigger)(parameters.Context?.TriggerKind ?? (int)CompletionTrigger.Invoked);
        if (!Enum.IsDefined(trigger))
        {
            throw RpcErrors.InvalidParams($"The trigger kind {(int)trigger} does not exist. Send 1 (invoked) or 2 (automatic).");
        }

        return new()
        {
            Document = document,
            Position = TextPositions.Check(document, parameters.Position),
            Trigger = trigger,
            RepositoryRoot = root,
            SelectedText = Remaining(parameters),
            Count = trigger == CompletionTrigger.Invoked ? alternatives : 1,
        };
    }

    public static InlineCompletionList CreateResult(CompletionRequest request, CompletionResult result)
    {
        Position start = new(request.Position.Line, request.Position.Character);
        return new(
        [
            .. result.Choices.Select(choice => new InlineCompletionItem
            {
                InsertText = choice.InsertText,
                Range = new(start, start with { Character = start.Character + choice.ReplacedLength }),
                Command = new("Accept", LocalCopilotMethods.DidAcceptCompletionItemCommand, [choice.Id]),
            }),
        ]);
    }

    /// <summary>What of the selected item is not typed yet: the part after the cursor.</summary>
    private static string? Remaining(InlineCompletionParams parameters)
    {
        if (parameters.Context?.SelectedCompletionInfo is not { } selected || selected.Range.Start.Line != parameters.Position.Line)
        {
            return null;
        }

        int typed = parameters.Position.Character - selected.Range.Start.Character;
        return typed >= 0 && typed < selected.Text.Length ? selected.Text[typed..] : null;
    }
}
