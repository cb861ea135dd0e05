namespace LocalCopilot.Llama.Gguf;

/// <summary>A file is no GGUF file, or a damaged one. The message says which field is wrong, with its value, and where it lies.</summary>
public sealed class GgufException : Exception
{
    /// <summary>An error with its message.</summary>
    public GgufException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its message and cause.</summary>
    public GgufException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
