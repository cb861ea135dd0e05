using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml;

/// <summary>Operations in the order in which they compute.</summary>
/// <remarks>
/// Usable as long as its context. The order in which results are added is the order of execution and decides how long
/// intermediate results live: forward first, then backward from the end.
/// </remarks>
public sealed unsafe class GgmlGraph
{
    private readonly GgmlContext _context;
    private readonly nint _pointer;

    internal GgmlGraph(nint pointer, GgmlContext context)
    {
        _pointer = pointer;
        _context = context;
    }

    /// <summary>Operations in it.</summary>
    public int Count => GgmlNative.GraphNodeCount(Pointer);

    internal nint Pointer => _context.Pointer != 0 ? _pointer : 0;

    /// <summary>An operation, in the order of execution.</summary>
    public GgmlTensor this[int index] => index >= 0 && index < Count ? new(GgmlNative.GraphNode(Pointer, index)) : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Adds a result and everything that it needs and is not there yet.</summary>
    public void Add(GgmlTensor result) => GgmlNative.BuildForwardExpand(Pointer, result.Pointer);

    /// <summary>Makes it hold one operation alone, to measure that.</summary>
    public void SetSingle(GgmlTensor operation)
    {
        GgmlNative.GraphClear(Pointer);
        GgmlNative.GraphAddNode(Pointer, operation.Pointer);
    }
}
