namespace LocalCopilot.Llama;

/// <summary>How an evaluation that did not fail has ended: the non-negative results of <c>llama_decode</c>.</summary>
public enum DecodeStatus
{
    /// <summary>All rows were evaluated.</summary>
    Done = 0,

    /// <summary>The key-value cache has no room for the batch; nothing of it was evaluated.</summary>
    NoRoom = 1,

    /// <summary>The abort flag was set; some rows may be in the cache, see <see cref="LlamaContext.LastPosition"/>.</summary>
    Aborted = 2,
}

/// <summary>The one table from native results to exceptions.</summary>
internal static class NativeErrors
{
    public static DecodeStatus CheckDecode(int result, string? libraryMessage) => result switch
    {
        >= 0 and <= 2 => (DecodeStatus)result,
        -1 => throw new LlamaException($"llama_decode found the batch invalid{Said(libraryMessage)}. A token, a position or a sequence id is out of range."),
        -2 => throw new LlamaException($"llama_decode could not allocate memory for the batch{Said(libraryMessage)}. Use a shorter context or a smaller model."),
        _ => throw new LlamaException($"llama_decode failed with {result}{Said(libraryMessage)}. The context must be made anew."),
    };

    public static LlamaException CannotLoadModel(string path, string? libraryMessage) =>
        new($"{path} cannot be loaded as a model{Said(libraryMessage)}. Check that the file is complete and that llama.cpp v0.5.0 knows its architecture.");

    public static LlamaException CannotMakeContext(int tokens, int sequences, string? libraryMessage) =>
        new($"No context of {sequences} sequences of {tokens} tokens can be made{Said(libraryMessage)}. Use fewer or shorter sequences.");

    public static LlamaException CannotLoadAdapter(string path, string? libraryMessage) =>
        new($"{path} cannot be loaded as a LoRA adapter of this model{Said(libraryMessage)}. Check that it is complete and was made for this model.");

    private static string Said(string? libraryMessage) => string.IsNullOrWhiteSpace(libraryMessage) ? "" : $": {libraryMessage.Trim().TrimEnd('.')}";
}
