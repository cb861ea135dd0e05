using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama;

/// <summary>Severity of a message of llama.cpp; the values of <c>enum ggml_log_level</c>.</summary>
public enum LlamaLogLevel
{
    /// <summary>Details for developers of llama.cpp.</summary>
    Debug = 1,

    /// <summary>What a model and its context are made of.</summary>
    Information = 2,

    /// <summary>Something unusual that works.</summary>
    Warning = 3,

    /// <summary>Something failed.</summary>
    Error = 4,
}

/// <summary>Takes llama.cpp's log, which belongs to the process: no line of it reaches standard output or standard error.</summary>
/// <remarks>The library may log from any of its threads; lines are put together under a lock, listeners are called outside of it.</remarks>
public static class LlamaLog
{
    private const int Continued = 5;

    private static readonly Lock Gate = new();
    private static readonly StringBuilder Line = new();
    private static LlamaLogLevel _level;

    [ThreadStatic]
    private static string? _lastError;

    /// <summary>Called with each whole line, without its line break. Must not throw, nor call llama.cpp.</summary>
    public static event Action<LlamaLogLevel, string>? Written;

    /// <summary>Takes the last error that was logged on this thread; null if none was since the last call.</summary>
    internal static string? TakeLastError()
    {
        string? error = _lastError;
        _lastError = null;
        return error;
    }

    internal static unsafe void Capture() => LlamaNative.LogSet(&OnMessage, 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnMessage(int level, byte* text, nint userData)
    {
        string message = Marshal.PtrToStringUTF8((nint)text) ?? "";
        string? line = null;
        LlamaLogLevel lineLevel;
        lock (Gate)
        {
            if (level != Continued)
            {
                _level = (LlamaLogLevel)Math.Clamp(level, 1, 4);
            }

            lineLevel = _level;
            Line.Append(message);
            if (message.EndsWith('\n'))
            {
                line = Line.ToString().TrimEnd();
                Line.Clear();
            }
        }

        if (line is not { Length: > 0 })
        {
            return;
        }

        if (lineLevel == LlamaLogLevel.Error)
        {
            // The first error names the cause, those after it what became impossible.
            _lastError ??= line;
        }

        Written?.Invoke(lineLevel, line);
    }
}
