using System.Runtime.InteropServices;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama;

/// <summary>Rows to evaluate together: a token each, at a position of a sequence.</summary>
/// <remarks>Used by one thread at a time; refilled rather than made anew.</remarks>
public sealed unsafe class LlamaBatch : IDisposable
{
    private readonly int[] _tokens;
    private readonly byte[] _outputs;
    private void* _memory;
    private NativeBatch _native;

    /// <param name="capacity">Rows that it can hold, at least 1.</param>
    public LlamaBatch(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        _tokens = GC.AllocateUninitializedArray<int>(capacity, pinned: true);
        _outputs = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);

        // Positions, sequence counts, pointers to sequence ids, the ids.
        nuint rows = (nuint)capacity;
        _memory = NativeMemory.AllocZeroed(rows, (nuint)((3 * sizeof(int)) + sizeof(nint)));
        nint* pointers = (nint*)_memory;
        int* positions = (int*)(pointers + capacity);
        int* counts = positions + capacity;
        int* ids = counts + capacity;
        for (int i = 0; i < capacity; i++)
        {
            pointers[i] = (nint)(ids + i);
            counts[i] = 1;
        }

        _native = new()
        {
            Tokens = Marshal.UnsafeAddrOfPinnedArrayElement(_tokens, 0),
            Positions = (nint)positions,
            SequenceCounts = (nint)counts,
            Sequences = (nint)pointers,
            Outputs = Marshal.UnsafeAddrOfPinnedArrayElement(_outputs, 0),
        };
    }

    /// <summary>Rows that it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Rows that it holds.</summary>
    public int Count => _native.TokenCount;

    /// <summary>Rows of which the logits are wanted.</summary>
    public int Outputs { get; private set; }

    internal NativeBatch Native => _memory != null ? _native : throw new ObjectDisposedException(nameof(LlamaBatch));

    /// <summary>Removes all rows.</summary>
    public void Clear()
    {
        _native.TokenCount = 0;
        Outputs = 0;
    }

    /// <summary>Adds a row.</summary>
    /// <param name="token">0 to the vocabulary's count, exclusive.</param>
    /// <param name="position">Place in the sequence, from 0; the next after the sequence's last.</param>
    /// <param name="sequence">0 to the context's number of sequences, exclusive.</param>
    /// <param name="output">Whether its logits are wanted.</param>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public void Add(int token, int position, int sequence, bool output)
    {
        int row = Native.TokenCount;
        if (row == Capacity)
        {
            throw new InvalidOperationException($"The batch is full with {Capacity} rows.");
        }

        _tokens[row] = token;
        _outputs[row] = output ? (byte)1 : (byte)0;
        ((int*)_native.Positions)[row] = position;
        *((int**)_native.Sequences)[row] = sequence;
        _native.TokenCount = row + 1;
        Outputs += output ? 1 : 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
