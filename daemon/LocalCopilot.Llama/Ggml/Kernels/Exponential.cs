using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>eˣ of eight floats at a time, to two units in the last place; .NET's own goes through doubles.</summary>
/// <remarks>
/// eˣ = 2ⁿ · eʳ with n = round(x / ln 2) and |r| ≤ ln 2 / 2; ln 2 is subtracted in two parts (Cody and Waite, 1980), eʳ is its Taylor
/// polynomial of the seventh degree, whose error there is 6e-9.
/// </remarks>
internal static class Exponential
{
    private const float Smallest = -87.3f;
    private const float Largest = 88.3f;
    private const float UpperLn2 = 0.693359375f;
    private const float LowerLn2 = -2.12194440e-4f;
    private const int ExponentBias = 127;
    private const int MantissaBits = 23;

    /// <summary>0 below -87.3; above 88.3, the value there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x)
    {
        Vector256<float> inRange = Vector256.Min(Vector256.Max(x, Vector256.Create(Smallest)), Vector256.Create(Largest));
        Vector256<int> n = Vector256.ConvertToInt32(Vector256.Round(inRange * Vector256.Create(1.44269504f)));
        Vector256<float> whole = Vector256.ConvertToSingle(n);
        Vector256<float> r = Vector256.FusedMultiplyAdd(whole, Vector256.Create(-LowerLn2), Vector256.FusedMultiplyAdd(whole, Vector256.Create(-UpperLn2), inRange));
        Vector256<float> sum = Vector256.Create(1f / 5040);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 720));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 120));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 24));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 6));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(0.5f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<float>.One);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<float>.One);
        Vector256<float> power = ((n + Vector256.Create(ExponentBias)) << MantissaBits).AsSingle();

        // NaN stays: training has to see it.
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(Smallest)), Vector256<float>.Zero, sum * power);
    }
}
