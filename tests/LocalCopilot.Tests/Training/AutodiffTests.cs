using System.Runtime.InteropServices;
using LocalCopilot.Llama;
using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Architectures;
using LocalCopilot.Training.Data;
using LocalCopilot.Training.Layers;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Tests.Training;

/// <summary>The hand-written derivative is the one that ggml derives itself from the forward pass.</summary>
[Collection(RunsAlone.Name)]
public sealed unsafe class AutodiffTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    private const int Nodes = 4096;
    private static readonly LoraOptions Small = new() { Rank = 4, Alpha = 8 };

    [Theory]
    [MemberData(nameof(TinyModel.Kinds), MemberType = typeof(TinyModel))]
    public void Every_gradient_is_that_of_ggml_s_own_differentiation(string kind)
    {
        string path = TinyModel.Of(kind).Write(fixture.Folder);
        PackedBatch batch = PackedBatch.Pack(TrainingFixture.RandomSamples(3, 40));
        (double loss, Dictionary<string, float[]> expected) = Derived(path, batch);

        foreach (ComputeOptions compute in (ComputeOptions[])[new(), new() { PlainOperations = true }])
        {
            using LoraModel model = LoraModel.Open(path, Small, compute, TestContext.Current.CancellationToken);
            TrainingFixture.Randomize(model.Parameters);
            model.Parameters.ClearGradients();
            BatchLoss computed = model.Accumulate(batch)!.Value;
            Assert.Equal(loss, computed.Mean, 1e-4 * loss);
            foreach (LoraMatrix matrix in model.Parameters.Matrices)
            {
                AssertSame($"A of {matrix.Name}", expected["A " + matrix.Name], matrix.GradientA.ToArray<float>());
                AssertSame($"B of {matrix.Name}", expected["B " + matrix.Name], matrix.GradientB.ToArray<float>());
            }
        }

        // ggml's loss is the mean over the targets, and the trainer's gradients are those of the sum.
        void AssertSame(string name, float[] mean, float[] sum)
        {
            double error = Math.Sqrt(mean.Zip(sum, (a, b) => Math.Pow((a * batch.Targets) - b, 2)).Sum() / sum.Sum(b => (double)b * b));
            Assert.True(error < 1e-3, $"{name}: {error:P2} apart.");
        }
    }

    /// <summary>The forward pass of the trainer's layers, and behind it what ggml_build_backward_expand makes of it.</summary>
    private static (double Loss, Dictionary<string, float[]> Gradients) Derived(string path, PackedBatch batch)
    {
        GgufFile file = GgufFile.Read(path);
        var architecture = KnownArchitectures.Of(file);
        ModelShape shape = architecture.ReadShape(file);
        using LoraParameters parameters = new(Small, file.Tensors.Count);
        using ModelParts parts = new(file, shape, parameters, transposes: true);
        TransformerBlock[] blocks = [.. Enumerable.Range(0, shape.Layers).Select(layer => architecture.CreateBlock(new(parts, layer)))];
        (TokenEmbedding embedding, MaskedHead head) = parts.Ends(architecture.CreateOutputNorm(parts));
        using GgmlBackend backend = GgmlBackend.Processor(1);
        parts.Load(backend, TestContext.Current.CancellationToken);
        parameters.Allocate(backend);
        TrainingFixture.Randomize(parameters);

        nint library = NativeLibrary.Load(Directory.EnumerateFiles(LlamaRuntime.DefaultFolder, "*ggml-base*").Order(StringComparer.Ordinal).First());
        nint Function(string name) => NativeLibrary.GetExport(library, name);
        var setParameter = (delegate* unmanaged[Cdecl]<nint, void>)Function("ggml_set_param");
        var setLoss = (delegate* unmanaged[Cdecl]<nint, void>)Function("ggml_set_loss");
        var crossEntropy = (delegate* unmanaged[Cdecl]<nint, nint, nint, nint>)Function("ggml_cross_entropy_loss");
        var newGraph = (delegate* unmanaged[Cdecl]<nint, nuint, byte, nint>)Function("ggml_new_graph_custom");
        var buildBackward = (delegate* unmanaged[Cdecl]<nint, nint, nint*, void>)Function("ggml_build_backward_expand");
        var gradientOf = (delegate* unmanaged[Cdecl]<nint, nint, nint>)Function("ggml_graph_get_grad");
        var reset = (delegate* unmanaged[Cdecl]<nint, void>)Function("ggml_graph_reset");

        // Every result has memory of its own: ggml's softmax gradient is wrong where it is put over another tensor.
        using GgmlContext context = new(4 * Nodes, 8 * Nodes, 1);
        GgmlGraph graph = new(newGraph(context.Pointer, Nodes, 1), context);
        int tokens = batch.Tokens.Length;
        BatchInputs inputs = new(
            context.Create(GgufTensorType.I32, tokens), context.Create(GgufTensorType.I32, tokens), default, context.Create(GgufTensorType.F32, tokens, tokens), []);
        GgmlTensor rows = context.Create(GgufTensorType.I32, batch.Targets);
        GgmlTensor labels = context.Create(GgufTensorType.F32, shape.Vocabulary, batch.Targets);
        LayerGraph layers = new(context, graph, inputs, new GgmlProducts(), new GgmlAttention(shape), Fused: false);
        foreach (LoraMatrix matrix in parameters.Matrices)
        {
            setParameter(matrix.A.Pointer);
            setParameter(matrix.B.Pointer);
        }

        GgmlTensor x = embedding.Forward(layers);
        foreach (TransformerBlock block in blocks)
        {
            x = block.Forward(layers, x).Output;
        }

        GgmlTensor loss = new(crossEntropy(context.Pointer, head.Logits(layers, context.GetRows(x, rows)).Pointer, labels.Pointer));
        setLoss(loss.Pointer);
        graph.Add(loss);
        buildBackward(context.Pointer, graph.Pointer, null);
        using GgmlBuffer memory = GgmlBuffer.Allocate(context, backend);
        reset(graph.Pointer);
        inputs.Tokens.Write<int>(batch.Tokens);
        inputs.Positions.Write<int>(batch.Positions);
        inputs.Mask.Write<float>(batch.Mask());
        rows.Write<int>(batch.TargetRows);
        float[] wanted = new float[shape.Vocabulary * batch.Targets];
        for (int target = 0; target < batch.Targets; target++)
        {
            wanted[(target * shape.Vocabulary) + batch.TargetTokens[target]] = 1;
        }

        labels.Write<float>(wanted);
        Assert.True(backend.Compute(graph));
        Dictionary<string, float[]> gradients = [];
        foreach (LoraMatrix matrix in parameters.Matrices)
        {
            gradients["A " + matrix.Name] = Numbers(new(gradientOf(graph.Pointer, matrix.A.Pointer)));
            gradients["B " + matrix.Name] = Numbers(new(gradientOf(graph.Pointer, matrix.B.Pointer)));
        }

        return (loss.ToArray<float>()[0], gradients);
    }

    /// <summary>The gradient of a transposed matrix is a transposed view.</summary>
    private static float[] Numbers(GgmlTensor tensor) => tensor.Stride(0) == sizeof(float)
        ? tensor.ToArray<float>()
        : AdapterFile.Transpose(tensor.ToArray<float>(), (int)tensor.Length(1), (int)tensor.Length(0));
}
