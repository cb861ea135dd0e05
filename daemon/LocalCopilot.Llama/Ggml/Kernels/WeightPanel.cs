using System.Runtime.CompilerServices;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>Columns of a frozen matrix as floats, in the order in which <see cref="Tiles"/> reads them: step after step, <see cref="Tiles.Columns"/> of each.</summary>
/// <remarks>Made anew for each product, by each thread for its own columns: a few percent of the product's time, against a second copy of the model.</remarks>
internal readonly unsafe struct WeightPanel
{
    private readonly NativeTensor* _weight;
    private readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, float*, long, void> _toFloats;
    private readonly int _blockElements;
    private readonly int _blockBytes;

    public WeightPanel(NativeTensor* weight)
    {
        _weight = weight;
        TypeTraits* traits = GgmlNative.GetTypeTraits(weight->Type);
        _toFloats = (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, float*, long, void>)traits->ToFloat;
        _blockElements = (int)traits->BlockElements;
        _blockBytes = (int)traits->BlockBytes;
    }

    /// <summary>Columns that are converted together: a block of the type lies along them when the matrix is read transposed.</summary>
    public int ChunkColumns(bool transposed) => transposed ? Math.Max(Tiles.Columns, _blockElements) : Tiles.Columns;

    /// <summary>Rows of W as columns: panel[step, column] = W[step, first + column].</summary>
    /// <param name="first">First row of W.</param>
    /// <param name="columns">Rows of W, at most <see cref="Tiles.Columns"/>.</param>
    /// <param name="firstStep">First element of each row, at a block's begin.</param>
    /// <param name="steps">Elements of each row.</param>
    /// <param name="panel">[columns, steps].</param>
    /// <param name="rows">Room for as much.</param>
    public void FromRows(int first, int columns, int firstStep, int steps, float* panel, float* rows)
    {
        for (int column = 0; column < columns; column++)
        {
            Convert(firstStep, first + column, steps, rows + ((nint)column * steps));
        }

        Transposition.Transpose(rows, steps, columns, steps, panel, Tiles.Columns);
    }

    /// <summary>Columns of W as columns: panel[step, column] = W[first + column, step], for several panels one after another.</summary>
    /// <param name="first">First column of W, at a block's begin.</param>
    /// <param name="columns">Columns, a multiple of 16.</param>
    /// <param name="firstStep">First row of W.</param>
    /// <param name="steps">Rows of W.</param>
    /// <param name="panels">Takes columns / <see cref="Tiles.Columns"/> panels, each [columns, steps].</param>
    /// <param name="row">Room for a chunk of a row.</param>
    public void FromColumns(int first, int columns, int firstStep, int steps, float* panels, float* row)
    {
        nint panelLength = (nint)steps * Tiles.Columns;
        for (nint step = 0; step < steps; step++)
        {
            if (columns <= Tiles.Columns)
            {
                Convert(first, firstStep + (int)step, columns, panels + (step * Tiles.Columns));
                continue;
            }

            Convert(first, firstStep + (int)step, columns, row);
            for (int column = 0; column < columns; column += Tiles.Columns)
            {
                int width = Math.Min(Tiles.Columns, columns - column);
                Unsafe.CopyBlock(panels + (column / Tiles.Columns * panelLength) + (step * Tiles.Columns), row + column, (uint)width * sizeof(float));
            }
        }
    }

    private void Convert(int column, int row, int count, float* destination)
    {
        byte* source = (byte*)_weight->Data + ((nint)_weight->Strides[1] * row) + ((nint)(column / _blockElements) * _blockBytes);
        if (_toFloats == null)
        {
            // F32, the one type without a conversion.
            Unsafe.CopyBlock(destination, source, (uint)count * sizeof(float));
            return;
        }

        _toFloats(source, destination, count);
    }
}
