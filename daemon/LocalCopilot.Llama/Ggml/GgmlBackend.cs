using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml;

/// <summary>A device at work: it computes graphs.</summary>
/// <remarks>Used by one thread at a time; <see cref="AbortFlag"/> ends a computation from another.</remarks>
public sealed unsafe class GgmlBackend : IDisposable
{
    private const int StatusSuccess = 0;
    private const int StatusAborted = 1;

    private readonly GgmlBackendHandle _handle;

    private readonly ThreadPoolHandle? _threads;

    private GgmlBackend(nint backend, ThreadPoolHandle? threads, LlamaDevice device)
    {
        _handle = new(backend, threads);
        _threads = threads;
        Device = device;
    }

    /// <summary>What computes.</summary>
    public LlamaDevice Device { get; }

    /// <summary>Threads of the processor that compute the next graphs; at most those that it was made with. Other devices have none.</summary>
    public int Threads
    {
        get;
        set
        {
            nint setThreads = DeviceNative.ProcedureAddress(DeviceNative.Registration(Device.Handle), "ggml_backend_set_n_threads");
            if (setThreads != 0)
            {
                ((delegate* unmanaged[Cdecl]<nint, int, void>)setThreads)(Pointer, value);
                field = value;
            }
        }
    }

    internal nint Pointer => _handle.IsClosed ? throw new ObjectDisposedException(nameof(GgmlBackend)) : _handle.DangerousGetHandle();

    internal nint BufferType => GgmlNative.BackendBufferType(Pointer);

    /// <summary>The processor, with threads that stay between graphs.</summary>
    /// <param name="threads">Threads that compute, at least 1.</param>
    /// <param name="abort">Ends computations when set: it is looked at before each operation.</param>
    /// <exception cref="LlamaException">The libraries cannot be loaded, or have no backend for this processor.</exception>
    public static GgmlBackend Processor(int threads, AbortFlag? abort = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        LlamaDevice device = LlamaRuntime.Devices().FirstOrDefault(candidate => candidate.Kind == LlamaDeviceKind.Cpu)
            ?? throw new LlamaException("llama.cpp's libraries have no backend for this processor.");
        nint registration = DeviceNative.Registration(device.Handle);
        ThreadPoolHandle? pool = ThreadPools.TryCreate(threads);
        nint backend = Open(device);
        nint setPool = DeviceNative.ProcedureAddress(registration, "ggml_backend_cpu_set_threadpool");
        nint setAbort = DeviceNative.ProcedureAddress(registration, "ggml_backend_set_abort_callback");
        if (pool is not null && setPool != 0)
        {
            ((delegate* unmanaged[Cdecl]<nint, nint, void>)setPool)(backend, pool.DangerousGetHandle());
        }

        if (abort is not null && setAbort != 0)
        {
            ((delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<nint, byte>, nint, void>)setAbort)(backend, AbortFlag.Callback, (nint)abort.Pointer);
        }

        return new(backend, pool, device) { Threads = threads };
    }

    /// <summary>Another device.</summary>
    /// <exception cref="LlamaException">It cannot be used.</exception>
    public static GgmlBackend Open(LlamaDevice device, AbortFlag? abort = null) =>
        device.Kind == LlamaDeviceKind.Cpu ? Processor(Environment.ProcessorCount, abort) : new(Open(device), threads: null, device);

    /// <summary>Whether the device can compute an operation.</summary>
    public bool Supports(GgmlTensor operation) => GgmlNative.BackendSupports(Pointer, operation.Pointer);

    /// <summary>Computes a graph whose tensors all have memory.</summary>
    /// <returns>False when it was ended by the abort flag; its results then are undefined.</returns>
    /// <exception cref="LlamaException">The device failed.</exception>
    public bool Compute(GgmlGraph graph)
    {
        int status = GgmlNative.BackendCompute(Pointer, graph.Pointer);
        return status switch
        {
            StatusSuccess => true,
            StatusAborted => false,
            _ => throw new LlamaException($"{Device.Name} could not compute the graph (status {status})."),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _threads?.Dispose();
    }

    private static nint Open(LlamaDevice device)
    {
        nint backend = GgmlNative.BackendInit(device.Handle, null);
        return backend != 0 ? backend : throw new LlamaException($"The device {device.Name} ({device.Description}) cannot be used.");
    }
}
