using System.Buffers;
using System.Text;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama;

/// <summary>The tokens of a model, and the way between text and tokens.</summary>
/// <remarks>Usable from any thread. After the model was disposed, members that need it throw <see cref="ObjectDisposedException"/>.</remarks>
public sealed class LlamaVocabulary
{
    private const int ControlOrUnknown = (1 << 3) | (1 << 0);
    private const int UserDefined = 1 << 4;

    private readonly LlamaModelHandle _model;
    private readonly nint _vocabulary;
    private readonly byte[]?[] _pieces;
    private readonly bool[] _endsGeneration;
    private readonly bool[] _isControl;
    private readonly Dictionary<string, int> _specials;
    private readonly SearchValues<string>? _guarded;

    internal LlamaVocabulary(LlamaModelHandle model)
    {
        _model = model;
        _vocabulary = LlamaNative.ModelGetVocabulary(model);
        Count = LlamaNative.VocabularyCount(_vocabulary);
        _pieces = new byte[]?[Count];
        _endsGeneration = new bool[Count];
        _isControl = new bool[Count];
        for (int token = 0; token < Count; token++)
        {
            _endsGeneration[token] = LlamaNative.VocabularyIsEndOfGeneration(_vocabulary, token);
            _isControl[token] = LlamaNative.VocabularyIsControl(_vocabulary, token);
        }

        _specials = FindSpecials();
        EndOfText = Known(LlamaNative.VocabularyEos(_vocabulary));
        BeginningOfText = Known(LlamaNative.VocabularyBos(_vocabulary));
        AddsBeginningOfText = LlamaNative.VocabularyAddsBos(_vocabulary);
        FimPrefix = Known(LlamaNative.VocabularyFimPrefix(_vocabulary));
        FimSuffix = Known(LlamaNative.VocabularyFimSuffix(_vocabulary));
        FimMiddle = Known(LlamaNative.VocabularyFimMiddle(_vocabulary));
        FimPad = Known(LlamaNative.VocabularyFimPad(_vocabulary));
        FimRepository = Known(LlamaNative.VocabularyFimRepository(_vocabulary));
        FimSeparator = Known(LlamaNative.VocabularyFimSeparator(_vocabulary));
        _guarded = FindGuarded();
    }

    /// <summary>Number of tokens; ids are 0 to this, exclusive.</summary>
    public int Count { get; }

    /// <summary>Ends a text; null where the model has none.</summary>
    public int? EndOfText { get; }

    /// <summary>Begins a text; null where the model has none.</summary>
    public int? BeginningOfText { get; }

    /// <summary>Whether the model expects <see cref="BeginningOfText"/> before every prompt.</summary>
    public bool AddsBeginningOfText { get; }

    /// <summary>Comes before the text in front of the cursor; null where the model cannot fill in the middle.</summary>
    public int? FimPrefix { get; }

    /// <summary>Comes before the text behind the cursor; null where the model cannot fill in the middle.</summary>
    public int? FimSuffix { get; }

    /// <summary>Comes before the text that the model writes; null where the model cannot fill in the middle.</summary>
    public int? FimMiddle { get; }

    /// <summary>Fills rows of a training batch; null where the model has none.</summary>
    public int? FimPad { get; }

    /// <summary>Comes before a repository's name; null where the model has none.</summary>
    public int? FimRepository { get; }

    /// <summary>Comes before a file's path; null where the model has none.</summary>
    public int? FimSeparator { get; }

    /// <summary>Tokenizes a text by itself: nothing is put before or after it.</summary>
    /// <param name="text">Any text; a lone surrogate becomes U+FFFD.</param>
    /// <param name="parseSpecial">Whether the text of special tokens becomes these tokens. False, for what users write: it stays text.</param>
    public int[] Tokenize(string text, bool parseSpecial = false)
    {
        if (parseSpecial || _guarded is null)
        {
            return TokenizeCore(text, parseSpecial);
        }

        List<int> tokens = [];
        int start = 0;
        while (start < text.Length)
        {
            // Broken up after its first character, the text of a marker is not one any more.
            int next = text.AsSpan(start).IndexOfAny(_guarded);
            int end = next < 0 ? text.Length : start + next + 1;
            tokens.AddRange(TokenizeCore(text[start..end], parseSpecial: false));
            start = end;
        }

        return [.. tokens];
    }

    /// <summary>The text of tokens; control tokens have none, bytes that are no UTF-8 become U+FFFD.</summary>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        ArrayBufferWriter<byte> bytes = new(tokens.Length * 4 + 1);
        foreach (int token in tokens)
        {
            bytes.Write(GetPiece(token));
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>The bytes that a token stands for; may be a part of a UTF-8 sequence, and is empty for control tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public unsafe ReadOnlySpan<byte> GetPiece(int token)
    {
        if ((uint)token >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(token), token, $"The vocabulary has the tokens 0 to {Count - 1}.");
        }

        if (_pieces[token] is { } known)
        {
            return known;
        }

        byte[] buffer = new byte[32];
        int length;
        using (new KeptAlive(_model))
        {
            while (true)
            {
                fixed (byte* start = buffer)
                {
                    length = LlamaNative.TokenToPiece(_vocabulary, token, start, buffer.Length, 0, special: false);
                }

                if (length >= 0)
                {
                    break;
                }

                buffer = new byte[-length];
            }
        }

        // Two threads may both make it: the results are equal.
        return _pieces[token] = buffer[..length];
    }

    /// <summary>Whether the model ends its text with this token.</summary>
    public bool IsEndOfGeneration(int token) => _endsGeneration[token];

    /// <summary>Whether the token steers the model and stands for no text.</summary>
    public bool IsControl(int token) => _isControl[token];

    /// <summary>The special token with exactly this text, e.g. <c>&lt;|fim_prefix|&gt;</c>; null where there is none.</summary>
    public int? Find(string specialToken) => _specials.TryGetValue(specialToken, out int token) ? token : null;

    private static int? Known(int token) => token >= 0 ? token : null;

    private unsafe Dictionary<string, int> FindSpecials()
    {
        Dictionary<string, int> specials = new(StringComparer.Ordinal);
        for (int token = 0; token < Count; token++)
        {
            int attributes = LlamaNative.VocabularyAttributes(_vocabulary, token);
            string text;
            if ((attributes & (ControlOrUnknown | UserDefined)) != 0 && (text = LlamaRuntime.Text(LlamaNative.VocabularyText(_vocabulary, token))).Length > 1)
            {
                specials.TryAdd(text, token);
            }
        }

        return specials;
    }

    /// <summary>
    /// Markers that a file declares as user-defined instead of control: llama.cpp finds these in any text, also where it is told
    /// not to look for special tokens. Most files have none.
    /// </summary>
    private SearchValues<string>? FindGuarded()
    {
        int?[] markers = [FimPrefix, FimSuffix, FimMiddle, FimPad, FimRepository, FimSeparator, BeginningOfText];
        string[] texts =
        [
            .. _specials
                .Where(special => (LlamaNative.VocabularyAttributes(_vocabulary, special.Value) & UserDefined) != 0)
                .Where(special => markers.Contains(special.Value) || IsEndOfGeneration(special.Value))
                .Select(special => special.Key),
        ];
        return texts.Length > 0 ? SearchValues.Create(texts, StringComparison.Ordinal) : null;
    }

    private unsafe int[] TokenizeCore(string text, bool parseSpecial)
    {
        if (text.Length == 0)
        {
            return [];
        }

        using KeptAlive kept = new(_model);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int[] tokens = new int[(bytes.Length / 2) + 8];
        fixed (byte* start = bytes)
        {
            while (true)
            {
                int count;
                fixed (int* first = tokens)
                {
                    count = LlamaNative.Tokenize(_vocabulary, start, bytes.Length, first, tokens.Length, addSpecial: false, parseSpecial);
                }

                if (count >= 0)
                {
                    return tokens[..count];
                }

                tokens = count == int.MinValue ? throw new LlamaException($"A text of {text.Length} characters has too many tokens to count.") : new int[-count];
            }
        }
    }
}
