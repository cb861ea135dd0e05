using System.Runtime.InteropServices;

namespace LocalCopilot.Llama.Native;

/// <summary>A native object that is freed exactly once, after everything that was made from it.</summary>
/// <remarks>Counts the live ones, so that a test can show that none leaks.</remarks>
internal abstract class LlamaHandle : SafeHandle
{
    private static int _live;

    private readonly SafeHandle? _owner;

    /// <param name="owner">What the native object refers to; kept alive until this one is freed.</param>
    protected LlamaHandle(nint handle, SafeHandle? owner)
        : base(0, ownsHandle: true)
    {
        Interlocked.Increment(ref _live);
        SetHandle(handle);
        bool added = false;
        owner?.DangerousAddRef(ref added);
        _owner = added ? owner : null;
    }

    /// <summary>Native objects that exist now, in the process.</summary>
    public static int LiveCount => Volatile.Read(ref _live);

    public override bool IsInvalid => handle == 0;

    protected abstract void Free(nint value);

    protected override bool ReleaseHandle()
    {
        Free(handle);
        _owner?.DangerousRelease();
        Interlocked.Decrement(ref _live);
        return true;
    }
}

internal sealed class LlamaModelHandle(nint handle) : LlamaHandle(handle, owner: null)
{
    protected override void Free(nint value) => LlamaNative.ModelFree(value);
}

internal sealed class LlamaContextHandle(nint handle, LlamaModelHandle model) : LlamaHandle(handle, model)
{
    protected override void Free(nint value) => LlamaNative.ContextFree(value);
}

/// <remarks>The model must outlive its adapters, and a context must not have one set when it is freed.</remarks>
internal sealed class LlamaAdapterHandle(nint handle, LlamaModelHandle model) : LlamaHandle(handle, model)
{
    protected override void Free(nint value) => LlamaNative.AdapterFree(value);
}

internal sealed class LlamaSamplerHandle(nint handle) : LlamaHandle(handle, owner: null)
{
    protected override void Free(nint value) => LlamaNative.SamplerFree(value);
}

/// <summary>Threads that a context computes on; freed after the context was.</summary>
internal sealed unsafe class ThreadPoolHandle(nint handle, delegate* unmanaged[Cdecl]<nint, void> free) : LlamaHandle(handle, owner: null)
{
    protected override void Free(nint value) => free(value);
}

/// <summary>Keeps a native object alive through calls that take something of it; <c>using</c> ends that.</summary>
internal readonly ref struct KeptAlive
{
    private readonly SafeHandle _handle;

    /// <exception cref="ObjectDisposedException">It was freed before.</exception>
    public KeptAlive(SafeHandle handle)
    {
        bool added = false;
        handle.DangerousAddRef(ref added);
        _handle = handle;
    }

    public void Dispose() => _handle.DangerousRelease();
}
