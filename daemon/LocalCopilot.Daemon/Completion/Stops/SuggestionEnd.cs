using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Daemon.Completion.Stops;

/// <summary>Ends a generated text at the first place where one of several conditions wants it.</summary>
internal sealed class SuggestionEnd(params ITextEnd[] conditions) : IStopCondition
{
    public int? Observe(string text)
    {
        int? earliest = null;
        foreach (ITextEnd condition in conditions)
        {
            if (condition.Find(text) is { } length && (earliest is null || length < earliest))
            {
                earliest = length;
            }
        }

        return earliest;
    }

    public static SuggestionEnd For(CursorPlace place, bool singleLine) => singleLine
        ? new(new LineEnd(), new Circle())
        : new(new BlockEnd(place), new FollowingLine(place.NextLine), new MostLines(), new Circle());
}

/// <summary>One reason to end a generated text.</summary>
internal interface ITextEnd
{
    /// <returns>Length of the text to keep; null to go on.</returns>
    int? Find(string text);
}
