using System.Reflection;
using System.Runtime.InteropServices;

namespace LocalCopilot.Llama.Native;

/// <summary>Finds llama.cpp's shared libraries in one folder, whatever version their names carry (<c>libllama.v0.5.0.so</c>).</summary>
/// <remarks>
/// Native libraries belong to the process, so this state does too: the first folder that is asked for stays.
/// Owned by <see cref="LlamaRuntime"/>, which loads once under a lock before any other call.
/// </remarks>
internal static class NativeLibraries
{
    public const string Llama = "llama";
    public const string Ggml = "ggml";
    public const string GgmlBase = "ggml-base";

    private static readonly Dictionary<string, nint> Handles = [];

    /// <exception cref="LlamaException">A library is missing or cannot be loaded.</exception>
    public static void Load(string folder)
    {
        // In the order of their dependencies, so that each finds the ones before in memory.
        foreach (string name in (string[])[GgmlBase, Ggml, Llama])
        {
            Handles[name] = LoadOne(folder, name);
        }

        NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => Handles.GetValueOrDefault(name);

    private static nint LoadOne(string folder, string name)
    {
        string file = Find(folder, name)
            ?? throw new LlamaException($"llama.cpp's library '{name}' is not in {folder}. Build the project again, or point to a folder with llama.cpp v0.5.0's shared libraries.");
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw new LlamaException($"{file} cannot be loaded: {exception.Message}", exception);
        }
    }

    private static string? Find(string folder, string name)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        string start = (OperatingSystem.IsWindows() ? "" : "lib") + name + ".";
        string end = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        return Directory.EnumerateFiles(folder, start + "*").Where(file => file.EndsWith(end, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).FirstOrDefault();
    }
}
