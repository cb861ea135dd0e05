using System.Runtime.InteropServices;

namespace LocalCopilot.Llama.Native;

internal sealed class GgmlContextHandle(nint handle) : LlamaHandle(handle, owner: null)
{
    protected override void Free(nint value) => GgmlNative.Free(value);
}

/// <param name="memory">Memory that a buffer only refers to; null where it has its own.</param>
internal sealed class GgmlBufferHandle(nint handle, SafeHandle? memory) : LlamaHandle(handle, memory)
{
    protected override void Free(nint value) => GgmlNative.BufferFree(value);
}

/// <param name="threads">Threads that it computes on; null: its own.</param>
internal sealed class GgmlBackendHandle(nint handle, ThreadPoolHandle? threads) : LlamaHandle(handle, threads)
{
    protected override void Free(nint value) => GgmlNative.BackendFree(value);
}

internal sealed class GgmlAllocatorHandle(nint handle) : LlamaHandle(handle, owner: null)
{
    protected override void Free(nint value) => GgmlNative.AllocatorFree(value);
}

internal sealed class GgmlSchedulerHandle(nint handle) : LlamaHandle(handle, owner: null)
{
    protected override void Free(nint value) => GgmlNative.SchedulerFree(value);
}
