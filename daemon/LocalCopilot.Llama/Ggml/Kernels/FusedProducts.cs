using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>What a fused product has besides W and x.</summary>
[Flags]
internal enum ProductParts
{
    None = 0,

    /// <summary>W is read transposed.</summary>
    Transposed = 1,

    /// <summary>b [columns, rank] and h [rank, rows] are added as a product.</summary>
    Lora = 2,

    /// <summary>A row of numbers is added to each row.</summary>
    Bias = 4,

    /// <summary>A tensor of the result's shape is added.</summary>
    Sum = 8,

    /// <summary>W and x are rounded to bfloat16; sums stay F32.</summary>
    Rounded = 16,
}

/// <summary>Products with frozen weights of any type and their LoRA parts, as operations of ggml's graphs on the processor.</summary>
/// <remarks>
/// ggml calls them on each of its threads. W is converted to floats panel by panel while it is multiplied, in either direction, so
/// that neither activations nor gradients are quantized to integers and no transposed copy of the model is needed. Threads share the columns,
/// and each number is computed by one of them in a fixed order. Lengths are multiples of 16, checked by their callers.
/// </remarks>
internal static unsafe class FusedProducts
{
    /// <summary>Steps of a panel at a time: 32 columns of so many floats are 100 KB, which stay in the second cache. A multiple of every type's block.</summary>
    private const int StepsTogether = 768;

    /// <summary>y = W x (or Wᵀ x), plus what <see cref="ProductParts"/> says. Sources: W, x, then b and h, bias, sum.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Product(NativeTensor* y, int thread, int threads, nint parts)
    {
        ProductParts has = (ProductParts)parts;
        bool transposed = has.HasFlag(ProductParts.Transposed);
        int source = 0;
        NativeTensor* w = y->Source(source++), x = y->Source(source++);
        NativeTensor* b = has.HasFlag(ProductParts.Lora) ? y->Source(source++) : null;
        NativeTensor* h = b != null ? y->Source(source++) : null;
        NativeTensor* bias = has.HasFlag(ProductParts.Bias) ? y->Source(source++) : null;
        NativeTensor* sum = has.HasFlag(ProductParts.Sum) ? y->Source(source) : null;
        int columns = (int)y->Lengths[0], rows = (int)y->Lengths[1], steps = (int)x->Lengths[0];
        WeightPanel weight = new(w);
        int chunk = weight.ChunkColumns(transposed);
        int chunks = (columns + chunk - 1) / chunk;

        // Whole chunks for a thread where they come out even; else panels, and both convert the chunk.
        int unit = chunks % threads == 0 ? chunk : Tiles.Columns;
        int most = Math.Min(steps, StepsTogether);
        bool rounded = has.HasFlag(ProductParts.Rounded);
        using Scratch panels = new((long)chunk * most);
        using Scratch room = new(transposed ? chunk : (long)Tiles.Columns * most);
        using Scratch roundedRows = new(rounded ? (long)rows * most / 2 : 0);
        for (int step = 0; step < steps; step += StepsTogether)
        {
            int count = Math.Min(StepsTogether, steps - step);
            uint* pairs = rounded ? RoundRows(x, step, count, rows, roundedRows.Start) : null;
            for (int first = 0; first < columns; first += chunk)
            {
                int width = Math.Min(chunk, columns - first);
                bool converted = false;
                for (int column = first; column < first + width; column += Tiles.Columns)
                {
                    if (column / unit % threads != thread)
                    {
                        continue;
                    }

                    if (!converted)
                    {
                        converted = true;
                        if (transposed)
                        {
                            weight.FromColumns(first, width, step, count, panels.Start, room.Start);
                        }
                        else
                        {
                            weight.FromRows(first, width, step, count, panels.Start, room.Start);
                        }
                    }

                    float* panel = panels.Start + ((nint)(column - first) * count);
                    int panelWidth = Math.Min(Tiles.Columns, columns - column);
                    if (rounded)
                    {
                        MultiplyRounded(panel, panelWidth, column, rows, count, pairs, y, add: step > 0);
                    }
                    else
                    {
                        Multiply(panel, panelWidth, column, rows, step, count, x, y);
                    }

                    if (step + count == steps)
                    {
                        Finish(panelWidth, column, rows, y, b, h, bias, sum);
                    }
                }
            }
        }
    }

    /// <summary>h = scale · Mᵀ x, with M [steps, rank] of few columns. Sources: M, x. Threads share the rows.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Narrow(NativeTensor* h, int thread, int threads, nint scaleBits)
    {
        float scale = BitConverter.Int32BitsToSingle((int)scaleBits);
        NativeTensor* m = h->Source(0), x = h->Source(1);
        int rank = (int)h->Lengths[0], rows = (int)h->Lengths[1], steps = (int)x->Lengths[0];
        using Scratch panel = new((long)Tiles.Columns * steps);
        using Scratch tile = new(Tiles.Rows * Tiles.Columns);
        for (int first = 0; first < rank; first += Tiles.Columns)
        {
            int width = Math.Min(Tiles.Columns, rank - first);
            bool wide = width > Tiles.Columns / 2;
            TransposeInto(m->Floats + (first * m->RowStride), m->RowStride, width, steps, panel.Start, wide ? Tiles.Columns : Tiles.Columns / 2);
            for (int row = thread * Tiles.Rows; row < rows; row += threads * Tiles.Rows)
            {
                float* a = x->Floats + (row * x->RowStride);
                if (wide)
                {
                    Tiles.Wide(a, x->RowStride, 1, panel.Start, Tiles.Columns, tile.Start, Tiles.Columns, steps, add: false);
                }
                else
                {
                    Tiles.Narrow(a, x->RowStride, 1, panel.Start, Tiles.Columns / 2, tile.Start, Tiles.Columns, steps, add: false);
                }

                for (int i = 0; i < Tiles.Rows; i++)
                {
                    float* result = h->Floats + ((row + i) * h->RowStride) + first;
                    for (int column = 0; column < width; column++)
                    {
                        result[column] = scale * tile.Start[(i * Tiles.Columns) + column];
                    }
                }
            }
        }
    }

    /// <summary>gradient[i, r] += Σ_t x[i, t] h[r, t], in place. Sources: gradient, x, h. Threads share i.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void AddOuter(NativeTensor* gradient, int thread, int threads, nint unused)
    {
        NativeTensor* x = gradient->Source(1), h = gradient->Source(2);
        int length = (int)gradient->Lengths[0], rank = (int)gradient->Lengths[1], steps = (int)x->Lengths[1];
        int padded = (rank + Tiles.Rows - 1) / Tiles.Rows * Tiles.Rows;
        using Scratch widened = new(padded == rank ? 0 : (long)padded * steps);
        using Scratch tile = new(Tiles.Rows * Tiles.Columns);
        float* factors = h->Floats;
        nint stride = h->RowStride;
        if (padded != rank)
        {
            new Span<float>(widened.Start, padded * steps).Clear();
            for (int step = 0; step < steps; step++)
            {
                new Span<float>(factors + (step * stride), rank).CopyTo(new(widened.Start + (step * padded), padded));
            }

            factors = widened.Start;
            stride = padded;
        }

        for (int first = thread * Tiles.Columns; first < length; first += threads * Tiles.Columns)
        {
            bool wide = length - first >= Tiles.Columns;
            for (int row = 0; row < padded; row += Tiles.Rows)
            {
                bool whole = row + Tiles.Rows <= rank;
                float* c = whole ? gradient->Floats + (row * gradient->RowStride) + first : tile.Start;
                nint cStride = whole ? gradient->RowStride : Tiles.Columns;
                if (wide)
                {
                    Tiles.Wide(factors + row, 1, stride, x->Floats + first, x->RowStride, c, cStride, steps, add: whole);
                }
                else
                {
                    Tiles.Narrow(factors + row, 1, stride, x->Floats + first, x->RowStride, c, cStride, steps, add: whole);
                }

                for (int i = row; !whole && i < rank; i++)
                {
                    float* result = gradient->Floats + (i * gradient->RowStride) + first;
                    for (int column = 0; column < (wide ? Tiles.Columns : Tiles.Columns / 2); column++)
                    {
                        result[column] += tile.Start[((i - row) * Tiles.Columns) + column];
                    }
                }
            }
        }
    }

    /// <summary>panel[step, column] = rows[column, step], filled up with zeros.</summary>
    internal static void TransposeInto(float* rows, nint rowStride, int columns, int steps, float* panel, int panelColumns)
    {
        if (columns < panelColumns)
        {
            new Span<float>(panel, steps * panelColumns).Clear();
        }

        Transposition.Transpose(rows, rowStride, columns, steps, panel, panelColumns);
    }

    private static void Multiply(float* panel, int width, int column, int rows, int step, int steps, NativeTensor* x, NativeTensor* y)
    {
        bool wide = width == Tiles.Columns;
        for (int row = 0; row < rows; row += Tiles.Rows)
        {
            float* c = y->Floats + (row * y->RowStride) + column;
            float* a = x->Floats + (row * x->RowStride) + step;
            if (wide)
            {
                Tiles.Wide(a, x->RowStride, 1, panel, Tiles.Columns, c, y->RowStride, steps, add: step > 0);
            }
            else
            {
                Tiles.Narrow(a, x->RowStride, 1, panel, Tiles.Columns, c, y->RowStride, steps, add: step > 0);
            }
        }
    }

    /// <summary>All rows' steps as bfloat16. Each thread makes its own, which takes it about a fiftieth of a usual product's time.</summary>
    private static uint* RoundRows(NativeTensor* x, int step, int steps, int rows, float* room)
    {
        uint* pairs = (uint*)room;
        for (int row = 0; row < rows; row++)
        {
            Bfloat16Tiles.RoundRow(x->Floats + (row * x->RowStride) + step, steps, pairs + ((nint)row * steps / 2));
        }

        return pairs;
    }

    private static void MultiplyRounded(float* panel, int width, int column, int rows, int steps, uint* pairs, NativeTensor* y, bool add)
    {
        // Over the panel itself: a pair takes the place of its first step.
        for (int pair = 0; pair < steps / 2; pair++)
        {
            Bfloat16Tiles.RoundPair(panel + (2 * pair * Tiles.Columns), panel + (((2 * pair) + 1) * Tiles.Columns), (uint*)panel + (pair * Tiles.Columns));
        }

        float* tile = stackalloc float[Tiles.Rows * Tiles.Columns];
        for (int row = 0; row < rows; row += Tiles.Rows)
        {
            float* c = y->Floats + (row * y->RowStride) + column;
            uint* a = pairs + ((nint)row * steps / 2);
            if (width == Tiles.Columns)
            {
                Bfloat16Tiles.Wide(a, steps / 2, (uint*)panel, c, y->RowStride, steps / 2, add);
                continue;
            }

            Bfloat16Tiles.Wide(a, steps / 2, (uint*)panel, tile, Tiles.Columns, steps / 2, add: false);
            for (int i = 0; i < Tiles.Rows; i++)
            {
                float* result = c + (i * y->RowStride);
                if (!add)
                {
                    new Span<float>(result, width).Clear();
                }

                Add(result, tile + (i * Tiles.Columns), width);
            }
        }
    }

    /// <summary>Adds what comes besides W x.</summary>
    private static void Finish(int width, int column, int rows, NativeTensor* y, NativeTensor* b, NativeTensor* h, NativeTensor* bias, NativeTensor* sum)
    {
        bool wide = width == Tiles.Columns;
        for (int row = 0; row < rows; row += Tiles.Rows)
        {
            float* c = y->Floats + (row * y->RowStride) + column;
            if (b != null)
            {
                float* narrowed = h->Floats + (row * h->RowStride);
                if (wide)
                {
                    Tiles.Wide(narrowed, h->RowStride, 1, b->Floats + column, b->RowStride, c, y->RowStride, (nint)h->Lengths[0], add: true);
                }
                else
                {
                    Tiles.Narrow(narrowed, h->RowStride, 1, b->Floats + column, b->RowStride, c, y->RowStride, (nint)h->Lengths[0], add: true);
                }
            }

            for (int i = 0; i < Tiles.Rows && (bias != null || sum != null); i++)
            {
                float* result = c + (i * y->RowStride);
                if (bias != null)
                {
                    Add(result, bias->Floats + column, width);
                }

                if (sum != null)
                {
                    Add(result, sum->Floats + ((row + i) * sum->RowStride) + column, width);
                }
            }
        }
    }

    private static void Add(float* to, float* what, int count)
    {
        for (int i = 0; i < count; i += Vector256<float>.Count)
        {
            (Vector256.Load(to + i) + Vector256.Load(what + i)).Store(to + i);
        }
    }
}
