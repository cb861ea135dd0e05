namespace LocalCopilot.Daemon.Samples;

/// <summary>By what two samples are taken for the same: the middle, the two lines before and the one behind it.</summary>
/// <remarks>Few enough that neighbouring lines of the same file differ, enough that <c>return null;</c> of two functions does.</remarks>
internal static class Surroundings
{
    private const int LinesBefore = 2;
    private const int LinesBehind = 1;

    public static ulong[] SignatureOf(CodeText code, Middle middle)
    {
        int first = Math.Max(0, code.LineOf(middle.Start) - LinesBefore);
        int last = Math.Min(code.Lines.Length - 1, code.LineOf(middle.End) + LinesBehind);
        return MinHash.Of(code.Text.AsSpan(code.StartOf(first)..code.EndOf(last)));
    }
}
