namespace LocalCopilot.Training.Layers;

/// <summary>All layers of a model, and how they are computed.</summary>
/// <param name="Embedding">Before the first block.</param>
/// <param name="Vocabulary">Tokens that there are.</param>
/// <param name="Blocks">In their order.</param>
/// <param name="Head">After the last block.</param>
/// <param name="Products">Multiplies by weights.</param>
/// <param name="Attention">Mixes tokens.</param>
/// <param name="Fused">Whether our own operations compute. Attention then looks at the starts of samples, else at a dense mask.</param>
/// <param name="Recompute">Whether a block's forward pass is computed again for its backward pass.</param>
internal sealed record Network(
    TokenEmbedding Embedding,
    int Vocabulary,
    IReadOnlyList<TransformerBlock> Blocks,
    MaskedHead Head,
    MatrixProducts Products,
    AttentionCore Attention,
    bool Fused,
    bool Recompute);
