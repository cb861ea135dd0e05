using System.Runtime.InteropServices;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama;

/// <summary>Loads llama.cpp into the process. Call <see cref="Load"/> before anything else of this library.</summary>
public static class LlamaRuntime
{
    private static readonly Lock Gate = new();
    private static string? _folder;

    /// <summary>Environment variable with the folder of other libraries, e.g. those for Vulkan or CUDA, for a process and its children.</summary>
    public const string FolderVariable = "LOCALCOPILOT_NATIVES";

    /// <summary>The folder that <see cref="FolderVariable"/> names; else the one beside the executable that the build copies the libraries to.</summary>
    public static string DefaultFolder =>
        Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? folder : Path.Combine(AppContext.BaseDirectory, "natives");

    /// <summary>llama.cpp's version, e.g. <c>0.5.0-dev</c>.</summary>
    /// <exception cref="LlamaException">The libraries cannot be loaded.</exception>
    public static unsafe string Version
    {
        get
        {
            Load();
            return Text(LlamaNative.Version());
        }
    }

    /// <summary>Loads the libraries, and of the backends those that this machine can run. The first call counts, others do nothing.</summary>
    /// <param name="folder">Where the libraries lie; null: <see cref="DefaultFolder"/>.</param>
    /// <exception cref="LlamaException">A library is missing, or no backend can run here.</exception>
    public static void Load(string? folder = null)
    {
        lock (Gate)
        {
            if (_folder is not null)
            {
                return;
            }

            string loaded = folder ?? DefaultFolder;
            NativeLibraries.Load(loaded);
            LlamaLog.Capture();
            DeviceNative.LoadAllFromPath(loaded);
            if (DeviceNative.Count() == 0)
            {
                throw new LlamaException($"None of the backends in {loaded} can run on this processor. Point to a folder with llama.cpp v0.5.0's libraries for it.");
            }

            LlamaNative.BackendInit();
            _folder = loaded;
        }
    }

    /// <summary>All devices there are, the processor included.</summary>
    /// <exception cref="LlamaException">The libraries cannot be loaded.</exception>
    public static unsafe IReadOnlyList<LlamaDevice> Devices()
    {
        Load();
        LlamaDevice[] devices = new LlamaDevice[DeviceNative.Count()];
        for (int i = 0; i < devices.Length; i++)
        {
            nint device = DeviceNative.Get((nuint)i);
            DeviceNative.Memory(device, out nuint free, out nuint total);
            devices[i] = new(Text(DeviceNative.Name(device)), Text(DeviceNative.Description(device)), (LlamaDeviceKind)DeviceNative.Type(device), (long)free, (long)total) { Handle = device };
        }

        return devices;
    }

    /// <summary>The device of a name.</summary>
    /// <param name="name">As <see cref="Devices"/> gives it, in either case.</param>
    /// <exception cref="LlamaException">There is none; the message says which there are.</exception>
    public static LlamaDevice FindDevice(string name)
    {
        IReadOnlyList<LlamaDevice> devices = Devices();
        return devices.FirstOrDefault(device => string.Equals(device.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new LlamaException($"There is no device '{name}'. The libraries in {_folder} have: {string.Join(", ", devices.Select(device => device.Name))}. For others, {FolderVariable} names a folder with llama.cpp v0.5.0's libraries for them.");
    }

    internal static unsafe string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
