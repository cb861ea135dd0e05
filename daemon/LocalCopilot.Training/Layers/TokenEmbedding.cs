using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>x = s E[token]: where the first block begins. E is frozen, so there is no derivative.</summary>
/// <param name="weight">E [width, vocabulary].</param>
/// <param name="scale">s.</param>
internal sealed class TokenEmbedding(GgmlTensor weight, float scale)
{
    /// <returns>[width, tokens].</returns>
    public GgmlTensor Forward(LayerGraph graph) => graph.Scaled(graph.Operations.GetRows(weight, graph.Inputs.Tokens), scale);
}
