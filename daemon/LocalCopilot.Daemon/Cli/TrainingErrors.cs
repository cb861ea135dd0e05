using LocalCopilot.Llama;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training;

namespace LocalCopilot.Daemon.Cli;

/// <summary>What can go wrong in training and is no bug: the message is for the user.</summary>
internal static class TrainingErrors
{
    public static bool IsExpected(Exception exception) =>
        exception is TrainingException or DivergedException or GgufException or LlamaException or IOException or UnauthorizedAccessException;
}
