using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>The derivative of silu(g) · u as one operation of ggml's graphs on the processor, where ggml takes four.</summary>
internal static unsafe class FusedGate
{
    /// <summary>With s = 1 / (1 + e⁻ᵍ): dg = d · u · s · (1 + g · (1 − s)), du = d · g · s. Sources: g, u, d. Threads share the rows.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(NativeTensor* result, int thread, int threads, nint unused)
    {
        NativeTensor* gate = result->Source(0), up = result->Source(1), gradient = result->Source(2);
        int length = (int)gate->Lengths[0], rows = (int)gate->Lengths[1];
        Vector256<float> one = Vector256.Create(1f);
        for (int row = thread; row < rows; row += threads)
        {
            float* g = gate->Floats + (row * gate->RowStride), u = up->Floats + (row * up->RowStride), d = gradient->Floats + (row * gradient->RowStride);
            float* to = result->Floats + (row * result->RowStride);
            for (int i = 0; i < length; i += Vector256<float>.Count)
            {
                Vector256<float> x = Vector256.Load(g + i), dy = Vector256.Load(d + i);
                Vector256<float> s = one / (one + Exponential.Of(-x));
                (dy * Vector256.Load(u + i) * s * (one + (x * (one - s)))).Store(to + i);
                (dy * x * s).Store(to + length + i);
            }
        }
    }
}
