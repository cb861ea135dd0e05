using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LocalCopilot.Llama;

/// <summary>Ends an evaluation from another thread: a context looks at it before each operation of its graph (on the processor).</summary>
/// <remarks>Lives in native memory, so that looking at it costs nothing. Dispose it after the contexts that use it.</remarks>
public sealed unsafe class AbortFlag : IDisposable
{
    private int* _flag;

    /// <summary>A flag that is not set.</summary>
    public AbortFlag() => _flag = (int*)NativeMemory.AllocZeroed(sizeof(int));

    /// <summary>Whether evaluations end now. Set and read from any thread.</summary>
    /// <exception cref="ObjectDisposedException">The flag was disposed.</exception>
    public bool IsSet
    {
        get => Volatile.Read(ref *Pointer) != 0;
        set => Volatile.Write(ref *Pointer, value ? 1 : 0);
    }

    internal int* Pointer => _flag != null ? _flag : throw new ObjectDisposedException(nameof(AbortFlag));

    internal static delegate* unmanaged[Cdecl]<nint, byte> Callback => &Read;

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_flag);
        _flag = null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte Read(nint data) => Volatile.Read(ref *(int*)data) != 0 ? (byte)1 : (byte)0;
}
