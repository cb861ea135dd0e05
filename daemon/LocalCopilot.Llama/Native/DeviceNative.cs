using System.Runtime.InteropServices;

namespace LocalCopilot.Llama.Native;

/// <summary>Declarations of ggml-backend.h and ggml.h that devices and thread pools need, one to one.</summary>
internal static unsafe partial class DeviceNative
{
    [LibraryImport(NativeLibraries.Ggml, EntryPoint = "ggml_backend_load_all_from_path", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void LoadAllFromPath(string folder);

    [LibraryImport(NativeLibraries.Ggml, EntryPoint = "ggml_backend_dev_count")]
    public static partial nuint Count();

    [LibraryImport(NativeLibraries.Ggml, EntryPoint = "ggml_backend_dev_get")]
    public static partial nint Get(nuint index);

    [LibraryImport(NativeLibraries.GgmlBase, EntryPoint = "ggml_backend_dev_name")]
    public static partial byte* Name(nint device);

    [LibraryImport(NativeLibraries.GgmlBase, EntryPoint = "ggml_backend_dev_description")]
    public static partial byte* Description(nint device);

    [LibraryImport(NativeLibraries.GgmlBase, EntryPoint = "ggml_backend_dev_memory")]
    public static partial void Memory(nint device, out nuint free, out nuint total);

    [LibraryImport(NativeLibraries.GgmlBase, EntryPoint = "ggml_backend_dev_type")]
    public static partial int Type(nint device);

    [LibraryImport(NativeLibraries.GgmlBase, EntryPoint = "ggml_backend_dev_backend_reg")]
    public static partial nint Registration(nint device);

    [LibraryImport(NativeLibraries.GgmlBase, EntryPoint = "ggml_backend_reg_get_proc_address", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ProcedureAddress(nint registration, string name);

    [LibraryImport(NativeLibraries.GgmlBase, EntryPoint = "ggml_threadpool_params_init")]
    public static partial void ThreadPoolParamsInit(ThreadPoolParams* parameters, int threads);
}
