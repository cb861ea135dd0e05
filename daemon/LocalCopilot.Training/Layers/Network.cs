using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>All layers of a model, and how they are computed.</summary>
/// <param name="Embedding">Token embeddings [width, vocabulary].</param>
/// <param name="Vocabulary">Tokens that there are.</param>
/// <param name="Blocks">In their order.</param>
/// <param name="Head">After the last block.</param>
/// <param name="Products">Multiplies by weights.</param>
/// <param name="Attention">Mixes tokens.</param>
/// <param name="UsesMask">Whether attention looks at a dense mask, else at the starts of samples.</param>
/// <param name="Recompute">Whether a block's forward pass is computed again for its backward pass.</param>
internal sealed record Network(
    GgmlTensor Embedding,
    int Vocabulary,
    IReadOnlyList<TransformerBlock> Blocks,
    MaskedHead Head,
    MatrixProducts Products,
    AttentionCore Attention,
    bool UsesMask,
    bool Recompute);
