using System.IO.Hashing;
using System.Runtime.InteropServices;
using LocalCopilot.Daemon.Completion.Filters;

namespace LocalCopilot.Daemon.Completion;

/// <summary>One suggestion, and what it needs to know again the place it was made for.</summary>
internal sealed class TypedThroughEntry
{
    /// <summary>Brackets and quotes that an editor closes by itself for what was typed, at most.</summary>
    private const int MostAutoClosed = 4;

    private readonly CompletionChoice _choice;
    private readonly int _offset;
    private readonly string _lineBefore;
    private readonly string _replaced;
    private readonly int _suffixLength;
    private readonly UInt128 _above;
    private readonly UInt128 _suffix;
    private readonly UInt128 _suffixBehindReplaced;

    public TypedThroughEntry(string text, int offset, CompletionChoice choice)
    {
        _choice = choice;
        _offset = offset;
        _lineBefore = text[LineStart(text, offset)..offset];
        _replaced = text.Substring(offset, choice.ReplacedLength);
        _suffixLength = text.Length - offset;
        _above = Hash(text.AsSpan(0, offset - _lineBefore.Length));
        _suffix = Hash(text.AsSpan(offset));
        _suffixBehindReplaced = Hash(text.AsSpan(offset + choice.ReplacedLength));
    }

    private int LineStartOffset => _offset - _lineBefore.Length;

    /// <returns>What is left to suggest at a place in a later version of the document; null where it is not what was suggested.</returns>
    public CompletionChoice? Continue(string text, int offset)
    {
        if (offset < LineStartOffset || offset > text.Length)
        {
            return null;
        }

        ReadOnlySpan<char> line = text.AsSpan(LineStartOffset, offset - LineStartOffset);
        string? rest = Rest(line);
        if (string.IsNullOrEmpty(rest) || Replaced(text, offset, line, rest) is not { } replaced || Hash(text.AsSpan(0, LineStartOffset)) != _above)
        {
            return null;
        }

        return _choice with { InsertText = rest, ReplacedLength = replaced };
    }

    /// <param name="line">From the suggestion's line on, up to the cursor.</param>
    private string? Rest(ReadOnlySpan<char> line)
    {
        if (line.Length >= _lineBefore.Length)
        {
            ReadOnlySpan<char> typed = line[_lineBefore.Length..];
            return line.StartsWith(_lineBefore) && _choice.InsertText.AsSpan().StartsWith(typed) ? _choice.InsertText[typed.Length..] : null;
        }

        // Taken back: what was removed comes first now.
        return _lineBefore.AsSpan().StartsWith(line) ? string.Concat(_lineBefore.AsSpan(line.Length), _choice.InsertText) : null;
    }

    /// <summary>How much of what follows the cursor the rest takes the place of; null where other text follows than then.</summary>
    private int? Replaced(string text, int offset, ReadOnlySpan<char> line, string rest)
    {
        ReadOnlySpan<char> suffix = text.AsSpan(offset);
        int more = suffix.Length - _suffixLength;
        if (more == 0)
        {
            return Hash(suffix) == _suffix ? _replaced.Length : null;
        }

        if (more > 0 && more <= MostAutoClosed)
        {
            // The editor closed what was typed; the rest has to close it too.
            ReadOnlySpan<char> added = suffix[..more];
            return Hash(suffix[more..]) == _suffix && UnmatchedBrackets.CountClosed(UnmatchedBrackets.In(line, rest), added) == more ? more + _replaced.Length : null;
        }

        // A closing bracket was typed over the one that stood there.
        int left = _replaced.Length + more;
        if (more < 0 && left >= 0 && line.Length > _lineBefore.Length)
        {
            ReadOnlySpan<char> gone = _replaced.AsSpan(0, -more);
            bool wasTyped = UnmatchedBrackets.CountClosed(UnmatchedBrackets.In(_lineBefore, line[_lineBefore.Length..]), gone) == gone.Length;
            return wasTyped && suffix.StartsWith(_replaced.AsSpan(-more)) && Hash(suffix[left..]) == _suffixBehindReplaced ? left : null;
        }

        return null;
    }

    private static int LineStart(string text, int offset) => offset == 0 ? 0 : text.LastIndexOf('\n', offset - 1) + 1;

    private static UInt128 Hash(ReadOnlySpan<char> text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text));
}
