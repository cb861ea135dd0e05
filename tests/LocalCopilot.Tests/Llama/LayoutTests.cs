using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalCopilot.Llama;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Tests.Llama;

/// <summary>The structs that are declared here are the library's: same size, same defaults at the same places.</summary>
public class LayoutTests
{
    [Fact]
    public void The_library_is_the_version_that_was_bound() => Assert.StartsWith("0.5.0", LlamaRuntime.Version, StringComparison.Ordinal);

    [Theory]
    [InlineData("llama_model_default_params", typeof(ModelParams))]
    [InlineData("llama_context_default_params", typeof(ContextParams))]
    public unsafe void A_struct_is_as_large_as_what_the_library_writes(string function, Type type)
    {
        // A struct this large is returned through a hidden first argument on these platforms.
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the way structs are returned is known for x64");
        LlamaRuntime.Load();
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), function, out nint address);
        if (address == 0)
        {
            string library = Directory.EnumerateFiles(LlamaRuntime.DefaultFolder, "*llama.*").First();
            address = NativeLibrary.GetExport(NativeLibrary.Load(library), function);
        }

        int written = 0;
        foreach (byte fill in (byte[])[0xA5, 0x5A])
        {
            byte[] buffer = new byte[512];
            Array.Fill(buffer, fill);
            fixed (byte* start = buffer)
            {
                ((delegate* unmanaged[Cdecl]<byte*, byte*>)address)(start);
            }

            written = Math.Max(written, Array.FindLastIndex(buffer, value => value != fill) + 1);
        }

        int size = Marshal.SizeOf(type);
        Assert.InRange(written, size - 7, size);
    }

    [Fact]
    public void Model_parameters_have_the_library_s_defaults()
    {
        LlamaRuntime.Load();
        ModelParams defaults = LlamaNative.ModelDefaultParams();

        Assert.Equal((-1, 1, -1, 1, 0), (defaults.GpuLayers, defaults.SplitMode, defaults.LoadMode, defaults.LazyMode, defaults.MainGpu));
        Assert.Equal((0, 0, 1, 0, 0, 0), (defaults.VocabularyOnly, defaults.CheckTensors, defaults.UseExtraBufferTypes, defaults.NoHost, defaults.NoAlloc, defaults.LoadMtp));
        Assert.Equal((0, 0, 0), (defaults.Devices, defaults.TensorSplit, defaults.KeyValueOverrides));
    }

    [Fact]
    public void Context_parameters_have_the_library_s_defaults()
    {
        LlamaRuntime.Load();
        ContextParams defaults = LlamaNative.ContextDefaultParams();

        Assert.Equal((512u, 2048u, 512u, 1u), (defaults.ContextTokens, defaults.BatchTokens, defaults.MicroBatchTokens, defaults.MaxSequences));
        Assert.Equal((0u, 1u), (defaults.MaxOutputs, defaults.MaxOutputsPerSequence));
        Assert.Equal((-1, -1, -1, -1), (defaults.RopeScalingType, defaults.PoolingType, defaults.AttentionType, defaults.FlashAttention));
        Assert.Equal((-1f, -1f, -1f), (defaults.YarnExtensionFactor, defaults.YarnBetaSlow, defaults.DefragmentationThreshold));
        Assert.Equal((1, 1), (defaults.KeyType, defaults.ValueType));
        Assert.Equal((0, 1, 1, 1, 1, 0), (defaults.Embeddings, defaults.OffloadKeyQueryValue, defaults.NoPerformanceTimings, defaults.OffloadOperations, defaults.SlidingWindowFull, defaults.UnifiedKeyValues));
        Assert.Equal((0, 0u, 0), (defaults.Samplers, defaults.SamplerCount, defaults.OtherContext));
    }

    [Fact]
    public unsafe void Thread_pool_parameters_have_the_library_s_defaults()
    {
        LlamaRuntime.Load();
        ThreadPoolParams defaults = new() { Threads = -1 };
        DeviceNative.ThreadPoolParamsInit(&defaults, 3);

        Assert.Equal((3, 0, 50u, 0, 0), (defaults.Threads, defaults.Priority, defaults.Poll, defaults.StrictCpu, defaults.Paused));
        Assert.Equal(528, Unsafe.SizeOf<ThreadPoolParams>());
    }

    [Fact]
    public unsafe void A_batch_has_the_header_s_size() => Assert.Equal(sizeof(nint) * 7, Unsafe.SizeOf<NativeBatch>());
}
