using System.Runtime.Intrinsics;
using LocalCopilot.Llama.Ggml.Kernels;
using LocalCopilot.Training;

namespace LocalCopilot.Tests.Llama;

/// <summary>The innermost computations of training, against plain ones.</summary>
public unsafe class KernelTests
{
    private const int Steps = 48;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_tile_in_bfloat16_is_the_sum_of_the_rounded_numbers_products(bool add)
    {
        Assert.SkipUnless(Bfloat16Tiles.AreFast, "this processor has no instructions for bfloat16");
        RandomNumbers random = new(3);
        float[] a = Numbers(Tiles.Rows * Steps), b = Numbers(Steps * Tiles.Columns), c = Numbers(Tiles.Rows * Tiles.Columns);
        float[] expected = [.. c];
        for (int row = 0; row < Tiles.Rows; row++)
        {
            for (int column = 0; column < Tiles.Columns; column++)
            {
                double sum = add ? expected[(row * Tiles.Columns) + column] : 0;
                for (int step = 0; step < Steps; step++)
                {
                    sum += (double)Rounded(a[(row * Steps) + step]) * Rounded(b[(step * Tiles.Columns) + column]);
                }

                expected[(row * Tiles.Columns) + column] = (float)sum;
            }
        }

        uint[] rows = new uint[a.Length / 2], pairs = new uint[b.Length / 2];
        fixed (float* fromA = a, fromB = b, toC = c)
        fixed (uint* toA = rows, toB = pairs)
        {
            for (int row = 0; row < Tiles.Rows; row++)
            {
                Bfloat16Tiles.RoundRow(fromA + (row * Steps), Steps, toA + (row * Steps / 2));
            }

            for (int pair = 0; pair < Steps / 2; pair++)
            {
                Bfloat16Tiles.RoundPair(fromB + (2 * pair * Tiles.Columns), fromB + (((2 * pair) + 1) * Tiles.Columns), toB + (pair * Tiles.Columns));
            }

            Bfloat16Tiles.Wide(toA, Steps / 2, toB, toC, Tiles.Columns, Steps / 2, add);
        }

        Assert.All(expected.Zip(c), pair => Assert.Equal(pair.First, pair.Second, 1e-4));

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    [Fact]
    public void Rounding_to_bfloat16_is_to_nearest_even_and_keeps_what_is_no_number()
    {
        Assert.SkipUnless(Vector512.IsHardwareAccelerated, "this processor has no registers of 512 bits");
        float[] numbers = [1, 1.00390625f, 1.01171875f, -3.1415927f, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, 1e-40f, float.MaxValue, 1.0001f, -1.0001f, 65504, 1e-8f, float.NaN, 2.5f];
        uint[] pairs = new uint[numbers.Length / 2];
        fixed (float* from = numbers)
        fixed (uint* to = pairs)
        {
            Bfloat16Tiles.RoundRow(from, numbers.Length, to);
        }

        Assert.Equal(numbers.Select(Rounded), pairs.SelectMany(pair => (float[])[BitConverter.UInt32BitsToSingle(pair << 16), BitConverter.UInt32BitsToSingle(pair & 0xFFFF0000)]));
    }

    [Fact]
    public void The_exponential_is_exact_to_a_few_units_in_the_last_place()
    {
        for (float x = -87; x < 88; x += 0.0137f)
        {
            Assert.Equal(1, Exponential.Of(Vector256.Create(x))[3] / Math.Exp(x), 3e-7);
        }

        Assert.Equal(0, Exponential.Of(Vector256.Create(float.NegativeInfinity))[0]);
        Assert.Equal(0, Exponential.Of(Vector256.Create(-1000f))[0]);
        Assert.Equal(1, Exponential.Of(Vector256.Create(0f))[0]);
        Assert.True(float.IsNaN(Exponential.Of(Vector256.Create(float.NaN))[0]));
        Assert.True(Exponential.Of(Vector256.Create(1000f))[0] > 1e38f);
    }

    [Fact]
    public void Windows_gives_the_kernel_its_argument_in_another_register()
    {
        byte[] unix = Bfloat16Tiles.Code(windows: false), windows = Bfloat16Tiles.Code(windows: true);

        // mov r11, rdi and mov r11, rcx.
        Assert.Equal([0x4C, 0x8B, 0xDF], unix[..3]);
        Assert.Equal([0x4C, 0x8B, 0xD9], windows[..3]);
        Assert.Equal(unix[3..], windows[3..]);
    }

    private static float Rounded(float value)
    {
        if (!float.IsFinite(value))
        {
            return value;
        }

        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint below = bits & 0xFFFF0000;
        uint rest = bits & 0xFFFF;
        bool up = rest > 0x8000 || (rest == 0x8000 && (bits & 0x10000) != 0);
        return BitConverter.UInt32BitsToSingle(up ? below + 0x10000 : below);
    }
}
