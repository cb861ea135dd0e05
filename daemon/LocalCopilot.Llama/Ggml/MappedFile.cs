using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LocalCopilot.Llama.Ggml;

/// <summary>A file in memory, read only; its pages are loaded when they are looked at and shared with other processes.</summary>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly PointerHandle _handle;

    private MappedFile(PointerHandle handle, long bytes)
    {
        _handle = handle;
        Bytes = bytes;
    }

    /// <summary>Its size.</summary>
    public long Bytes { get; }

    internal void* Start => _handle.IsClosed ? throw new ObjectDisposedException(nameof(MappedFile)) : (void*)_handle.DangerousGetHandle();

    internal SafeHandle Handle => _handle;

    /// <summary>Maps a whole file.</summary>
    /// <exception cref="IOException">It cannot be read, or is empty.</exception>
    public static MappedFile Open(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length == 0)
        {
            throw new IOException($"{path} is empty.");
        }

        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor view = file.CreateViewAccessor(0, stream.Length, MemoryMappedFileAccess.Read);
        return new(new(view.SafeMemoryMappedViewHandle, view), stream.Length);
    }

    /// <summary>A part of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not lie in the file.</exception>
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Bytes);
        return new((byte*)Start + offset, length);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>The view's address; the view ends with the last user of it.</summary>
    private sealed class PointerHandle : SafeHandle
    {
        private readonly SafeMemoryMappedViewHandle _view;
        private readonly MemoryMappedViewAccessor _accessor;

        public PointerHandle(SafeMemoryMappedViewHandle view, MemoryMappedViewAccessor accessor)
            : base(0, ownsHandle: true)
        {
            _view = view;
            _accessor = accessor;
            byte* start = null;
            view.AcquirePointer(ref start);
            SetHandle((nint)(start + accessor.PointerOffset));
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            _view.ReleasePointer();
            _accessor.Dispose();
            return true;
        }
    }
}
