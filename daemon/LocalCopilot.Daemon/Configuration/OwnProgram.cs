using System.Collections.ObjectModel;
using System.Diagnostics;

namespace LocalCopilot.Daemon.Configuration;

/// <summary>Starts this program once more, as another process: the one place that starts processes.</summary>
internal static class OwnProgram
{
    public static string Executable { get; } = Find();

    /// <summary>Starts it with all its standard streams as pipes.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static Process Start(params ReadOnlySpan<string> arguments) => Start(ReadOnlyDictionary<string, string>.Empty, arguments);

    /// <inheritdoc cref="Start(ReadOnlySpan{string})"/>
    /// <param name="environment">Variables beside those that it inherits, or in their place.</param>
    public static Process Start(IReadOnlyDictionary<string, string> environment, params ReadOnlySpan<string> arguments)
    {
        ProcessStartInfo start = new()
        {
            FileName = Executable,
            // It must not keep the folder of an editor's workspace in use.
            WorkingDirectory = Path.GetPathRoot(AppContext.BaseDirectory),
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

#pragma warning disable RS0030 // This is the one place.
        return Process.Start(start)!;
#pragma warning restore RS0030
    }

    private static string Find()
    {
        string beside = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "localcopilot.exe" : "localcopilot");
        return File.Exists(beside) ? beside : Environment.ProcessPath ?? beside;
    }
}
