namespace LocalCopilot.Training;

/// <summary>A model, an adapter, samples or a recipe that cannot be trained with; the message says what was found, what was expected and what to do.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>An error with its message.</summary>
    public TrainingException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its message and cause.</summary>
    public TrainingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
