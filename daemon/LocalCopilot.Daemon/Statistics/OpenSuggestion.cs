namespace LocalCopilot.Daemon.Statistics;

/// <summary>A suggestion of which more may be heard.</summary>
/// <remarks>
/// What of it is typed through, taken back or accepted in part is answered with under the same id again, as another item whose
/// accepted length begins at 0: it is one suggestion, shown once, of which no more is kept than its longest item has.
/// </remarks>
internal sealed class OpenSuggestion(RecordedAnswer answer, int length)
{
    private int _length = length;
    private int _longest = length;
    private long _keptBefore;
    private int _kept;
    private bool _isShown;
    private bool _isWhole;

    /// <summary>The answer that it came with first.</summary>
    public RecordedAnswer Answer => answer;

    public Outcome Outcome
    {
        get
        {
            long kept = Math.Min(_longest, _keptBefore + _kept);
            return new(_isShown ? 1 : 0, _isWhole ? 1 : 0, kept > 0 && !_isWhole ? 1 : 0, kept);
        }
    }

    public void AnsweredAgain(int length)
    {
        _keptBefore = Math.Min(_longest, _keptBefore + _kept);
        _kept = 0;
        _length = length;
        _longest = Math.Max(_longest, length);
    }

    public void Show() => _isShown = true;

    public void Accept() => AcceptPart(_length);

    /// <param name="acceptedLength">Of the newest item, so far, in all.</param>
    public void AcceptPart(int acceptedLength)
    {
        if (acceptedLength <= 0)
        {
            return;
        }

        _isShown = true;
        _kept = Math.Max(_kept, Math.Min(acceptedLength, _length));
        _isWhole |= acceptedLength >= _length;
    }
}
