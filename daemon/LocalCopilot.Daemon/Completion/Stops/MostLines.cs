namespace LocalCopilot.Daemon.Completion.Stops;

/// <summary>More lines, or two blank ones, than a reader takes in at a glance.</summary>
internal sealed class MostLines : ITextEnd
{
    private const int Limit = 16;

    public int? Find(string text)
    {
        int lines = 0;
        int blank = -1;
        for (int start = 0; text.IndexOf('\n', start) is >= 0 and var end; start = end + 1)
        {
            bool isBlank = text.AsSpan(start, end - start).IsWhiteSpace();
            if (isBlank && blank >= 0 && lines > 0)
            {
                return blank;
            }

            blank = isBlank ? Math.Max(0, start - 1) : -1;
            if (++lines == Limit)
            {
                return end;
            }
        }

        return null;
    }
}
