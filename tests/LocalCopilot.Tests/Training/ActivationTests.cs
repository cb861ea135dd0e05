using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Layers;

namespace LocalCopilot.Tests.Training;

/// <summary>Activations and their derivatives are those of their formulas, in both ways of computing them.</summary>
[Collection(RunsAlone.Name)]
public class ActivationTests
{
    private const int Length = 32;
    private const int Rows = 25;

    public static TheoryData<bool> Ways => GgmlContext.HasFusedOperations ? [false, true] : [false];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Gelu_is_the_form_with_tanh(bool fused) =>
        AssertIs(new Gelu(), fused, x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))));

    [Theory]
    [MemberData(nameof(Ways))]
    public void Silu_is_the_product_with_the_sigmoid(bool fused) => AssertIs(new Silu(), fused, x => x / (1 + Math.Exp(-x)));

    private static void AssertIs(Activation activation, bool fused, Func<double, double> f)
    {
        // From -20 to 20, and 0 among them.
        float[] points = [.. Enumerable.Range(0, Length * Rows).Select(i => (i - (Length * Rows / 2)) / 20f)];
        float[] factors = [.. points.Select(x => 1 + (0.1f * MathF.Sin(x)))];
        using GgmlContext context = new(64, 64, 1);
        using GgmlBackend backend = GgmlBackend.Processor(2);
        using GgmlAllocator allocator = new(backend);
        GgmlTensor x = context.Create(GgufTensorType.F32, Length, Rows).AsInput(), d = context.Create(GgufTensorType.F32, Length, Rows).AsInput();
        GgmlGraph graph = context.CreateGraph(64);

        // What is not asked for: inputs of a batch, weights and attention.
        LayerGraph layers = new(context, graph, null!, null!, null!, fused);
        GgmlTensor forward = activation.Forward(layers, x).AsOutput(), backward = activation.Backward(layers, x, d).AsOutput();
        (GgmlTensor dGate, GgmlTensor dUp) = activation.GateBackward(layers, x, d, d);
        GgmlTensor gate = activation.Gate(layers, x, d).AsOutput(), gradients = context.Add(dGate, dUp).AsOutput();
        foreach (GgmlTensor result in (GgmlTensor[])[forward, backward, gate, gradients])
        {
            graph.Add(result);
        }

        allocator.Allocate(graph);
        x.Write<float>(points);
        d.Write<float>(factors);
        Assert.True(backend.Compute(graph));

        AssertClose(forward, i => f(points[i]));
        AssertClose(backward, i => factors[i] * Slope(points[i]));
        AssertClose(gate, i => factors[i] * f(points[i]));
        AssertClose(gradients, i => factors[i] * ((factors[i] * Slope(points[i])) + f(points[i])));

        double Slope(double at) => ((8 * (f(at + 1e-3) - f(at - 1e-3))) - (f(at + 2e-3) - f(at - 2e-3))) / 12e-3;

        static void AssertClose(GgmlTensor actual, Func<int, double> expected) =>
            Assert.All(actual.ToArray<float>().Index(), item => Assert.Equal(expected(item.Index), item.Item, 2e-6 * Math.Max(1, Math.Abs(expected(item.Index)))));
    }
}
