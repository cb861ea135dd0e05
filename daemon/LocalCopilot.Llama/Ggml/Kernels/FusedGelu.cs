using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>GELU in its form with tanh and its derivative, each as one operation of ggml's graphs on the processor, where five and eleven of ggml's own would do. Source: arXiv:1606.08415.</summary>
internal static unsafe class FusedGelu
{
    /// <summary>c₁ = 2 √(2/π).</summary>
    private const float Linear = 1.5957691216f;

    /// <summary>c₂ = 0.044715 c₁.</summary>
    private const float Cubic = 0.0713548163f;

    /// <summary>x · s with s = 1 / (1 + e^−(c₁ x + c₂ x³)). Source: x. Threads share the rows.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(NativeTensor* result, int thread, int threads, nint unused)
    {
        NativeTensor* input = result->Source(0);
        int length = (int)input->Lengths[0], rows = (int)input->Lengths[1];
        for (int row = thread; row < rows; row += threads)
        {
            float* from = input->Floats + (row * input->RowStride), to = result->Floats + (row * result->RowStride);
            for (int i = 0; i < length; i += Vector256<float>.Count)
            {
                Vector256<float> x = Vector256.Load(from + i);
                (x * Sigmoid(x)).Store(to + i);
            }
        }
    }

    /// <summary>d · s · (1 + x · (1 − s) · (c₁ + 3 c₂ x²)). Sources: x, d. Threads share the rows.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(NativeTensor* result, int thread, int threads, nint unused)
    {
        NativeTensor* input = result->Source(0), gradient = result->Source(1);
        int length = (int)input->Lengths[0], rows = (int)input->Lengths[1];
        Vector256<float> one = Vector256.Create(1f);
        for (int row = thread; row < rows; row += threads)
        {
            float* from = input->Floats + (row * input->RowStride), d = gradient->Floats + (row * gradient->RowStride);
            float* to = result->Floats + (row * result->RowStride);
            for (int i = 0; i < length; i += Vector256<float>.Count)
            {
                Vector256<float> x = Vector256.Load(from + i), s = Sigmoid(x);
                Vector256<float> slope = Vector256.Create(Linear) + (Vector256.Create(3 * Cubic) * x * x);
                (Vector256.Load(d + i) * s * (one + (x * (one - s) * slope))).Store(to + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Sigmoid(Vector256<float> x)
    {
        Vector256<float> one = Vector256.Create(1f);
        return one / (one + Exponential.Of(-x * (Vector256.Create(Linear) + (Vector256.Create(Cubic) * x * x))));
    }
}
