namespace LocalCopilot.Daemon.Completion.Stops;

/// <summary>A whole line that says what the line after the cursor says already.</summary>
/// <param name="next">The first line after the cursor's that is not blank.</param>
internal sealed class FollowingLine(string next) : ITextEnd
{
    /// <summary>Shorter ones, such as a closing bracket, may well come twice.</summary>
    private const int LeastCharacters = 4;

    private readonly string _next = next.Trim();

    public int? Find(string text)
    {
        if (_next.Length < LeastCharacters)
        {
            return null;
        }

        int start = text.IndexOf('\n') + 1;
        while (start > 0 && text.IndexOf('\n', start) is > 0 and var end)
        {
            if (text.AsSpan(start, end - start).Trim().SequenceEqual(_next))
            {
                return start - 1;
            }

            start = end + 1;
        }

        return null;
    }
}
