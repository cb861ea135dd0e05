using System.Runtime.CompilerServices;
using LocalCopilot.Llama;
using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Tests.Llama;

/// <summary>Graphs compute, and what would end the process is an exception.</summary>
[Collection(RunsAlone.Name)]
public class GgmlTests
{
    [Fact]
    public unsafe void A_tensor_has_the_layout_that_the_library_uses()
    {
        using GgmlContext context = new(2);
        using GgmlBackend backend = GgmlBackend.Processor(1);
        GgmlTensor tensor = context.Create(GgufTensorType.Q8_0, 64, 3, 2).Named("a name");
        using GgmlBuffer buffer = GgmlBuffer.Allocate(context, backend);
        NativeTensor* native = (NativeTensor*)tensor.Pointer;

        Assert.Equal((nuint)Unsafe.SizeOf<NativeTensor>(), GgmlNative.TensorOverhead() - 32); // and an object header of 32 bytes
        Assert.Equal((8, 64L, 3L, 2L, 1L), (native->Type, native->Lengths[0], native->Lengths[1], native->Lengths[2], native->Lengths[3]));
        Assert.Equal((34L, 68L, 204L, 408L), (tensor.Stride(0), tensor.Stride(1), tensor.Stride(2), tensor.Stride(3)));
        Assert.Equal(GgmlNative.GetData(tensor.Pointer), (nint)native->Data);
        Assert.Equal((nint)GgmlNative.GetName(tensor.Pointer), (nint)native->Name);
        Assert.Equal((GgmlNative.Elements(tensor.Pointer), 408L, "a name", "NONE"), (tensor.Elements, tensor.Bytes, tensor.Name, tensor.Operation));
    }

    [Fact]
    public void A_graph_computes()
    {
        using GgmlContext context = new(8, 8, 1);
        using GgmlBackend backend = GgmlBackend.Processor(2);
        using GgmlAllocator allocator = new(backend);
        GgmlTensor a = context.Create(GgufTensorType.F32, 2, 3).AsInput();
        GgmlTensor b = context.Create(GgufTensorType.F32, 2, 2).AsInput();
        GgmlTensor product = context.MatrixProduct(a, b).AsOutput();
        GgmlGraph graph = context.CreateGraph(8);
        graph.Add(product);
        allocator.Allocate(graph);
        a.Write<float>([1, 2, 3, 4, 5, 6]);
        b.Write<float>([1, 0, 0, 1]);

        Assert.True(backend.Compute(graph));
        Assert.Equal([1, 3, 5, 2, 4, 6], product.ToArray<float>());
        Assert.Equal((1, "MUL_MAT", 3L, 2L), (graph.Count, graph[0].Operation, product.Length(0), product.Length(1)));
    }

    [Fact]
    public void A_computation_ends_when_the_flag_is_set()
    {
        using AbortFlag abort = new() { IsSet = true };
        using GgmlContext context = new(8, 8, 1);
        using GgmlBackend backend = GgmlBackend.Processor(1, abort);
        using GgmlAllocator allocator = new(backend);
        GgmlTensor a = context.Create(GgufTensorType.F32, 4).AsInput();
        GgmlGraph graph = context.CreateGraph(8);
        graph.Add(context.Scale(a, 2));
        allocator.Allocate(graph);

        Assert.False(backend.Compute(graph));
        abort.IsSet = false;
        Assert.True(backend.Compute(graph));
    }

    [Fact]
    public void What_the_library_would_end_the_process_for_is_an_exception()
    {
        using GgmlContext context = new(2);
        GgmlTensor tensor = context.Create(GgufTensorType.F32, 4);

        Assert.Throws<ArgumentException>(() => tensor.Write<float>([1]));
        Assert.Throws<ArgumentException>(() => context.Create(GgufTensorType.Q8_0, 33));
        Assert.Throws<ArgumentException>(() => context.Reshape(tensor, 3));
        context.Create(GgufTensorType.F32, 4);
        Assert.Throws<LlamaException>(() => context.Add(tensor, tensor));
        context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => context.Create(GgufTensorType.F32, 4));
    }

    [Theory]
    [InlineData(GgufTensorType.F16, 1e-3)]
    [InlineData(GgufTensorType.BF16, 1e-2)]
    [InlineData(GgufTensorType.Q8_0, 1e-2)]
    [InlineData(GgufTensorType.Q4_1, 0.1)]
    public void Floats_survive_a_conversion_within_its_precision(GgufTensorType type, double precision)
    {
        float[] floats = [.. Enumerable.Range(0, 256).Select(i => MathF.Sin(i))];
        byte[] converted = new byte[GgmlTypes.RowBytes(type, floats.Length)];
        float[] back = new float[floats.Length];

        GgmlTypes.FromFloats(type, floats, 64, converted);
        GgmlTypes.ToFloats(type, converted, back);

        Assert.All(floats.Zip(back), pair => Assert.InRange(pair.Second, pair.First - precision, pair.First + precision));
        Assert.Throws<ArgumentException>(() => GgmlTypes.ToFloats(type, converted, new float[floats.Length - 32]));
    }

    [Fact]
    public void No_native_object_is_left_when_all_are_disposed()
    {
        int before = LlamaHandle.LiveCount;
        using (GgmlContext context = new(4, 4, 1))
        using (GgmlBackend backend = GgmlBackend.Processor(2))
        using (GgmlAllocator allocator = new(backend))
        using (GgmlBuffer buffer = GgmlBuffer.Allocate(1024, backend))
        {
            buffer.Place(context.Create(GgufTensorType.F32, 4), 32);
            Assert.Throws<ArgumentException>(() => buffer.Place(context.Create(GgufTensorType.F32, 4), 1024));
            Assert.True(LlamaHandle.LiveCount >= before + 4);
        }

        Assert.Equal(before, LlamaHandle.LiveCount);
    }

    [Fact]
    public void A_written_file_is_read_as_it_was()
    {
        GgufWriter writer = new();
        writer.Set("general.architecture", "llama");
        writer.Set("a.number", 7u);
        writer.Set("a.fraction", 0.5f);
        writer.Set("a.truth", true);
        writer.Set("texts", (IReadOnlyList<string>)["one", "två"]);
        writer.Add("first", [3], [1, 2, 3]);
        writer.Add("second", GgufTensorType.F16, [2, 2], [0, 1, 2, 3, 4, 5, 6, 7]);
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream stream = File.Create(path))
            {
                writer.WriteTo(stream);
            }

            GgufFile file = GgufFile.Read(path);
            using MappedFile mapped = MappedFile.Open(path);

            Assert.Equal(("llama", 7L, 0.5f, true), (file.Architecture, file.Number("a.number"), file.Metadata["a.fraction"], file.Metadata["a.truth"]));
            Assert.Equal(["one", "två"], file.ReadStrings(file.Array("texts")!));
            Assert.Equal(("first", 0L, 32L), (file.Tensors[0].Name, file.Tensors[0].Offset, file.Tensors[1].Offset));
            Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], mapped.Slice(file.DataOffset + file.Tensors[1].Offset, 8).ToArray());
            Assert.Throws<ArgumentException>(() => writer.Add("third", [4], [1]));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
