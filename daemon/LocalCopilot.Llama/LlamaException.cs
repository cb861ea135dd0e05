namespace LocalCopilot.Llama;

/// <summary>llama.cpp or ggml refused something; the message says what was tried, with which value, and what the library said.</summary>
public sealed class LlamaException : Exception
{
    /// <summary>An error with its message.</summary>
    public LlamaException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its message and cause.</summary>
    public LlamaException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
