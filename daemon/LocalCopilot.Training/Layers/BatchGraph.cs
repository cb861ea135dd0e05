using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Training.Layers;

/// <summary>The graph of one batch: forward through all layers and the head, and backward where gradients are wanted.</summary>
internal sealed class BatchGraph : IDisposable
{
    // Counted, views included, with ggml's own operations, dropout and layers that are computed twice: 300 for llama, 325 for starcoder2,
    // the most of all. A family with norms of heads and a gate beside its layer norms and biases would take 45 more.
    private const int NodesOfLayer = 400;
    private const int NodesOfChunk = 40;
    private const int OtherNodes = 256;

    private readonly GgmlContext _context;
    private readonly BatchInputs _inputs;
    private readonly MaskedHead.Result _head;
    private readonly Network _network;

    /// <param name="network">The layers.</param>
    /// <param name="batch">Decides the shapes; its data go in by <see cref="Write"/>.</param>
    /// <param name="backward">Whether gradients are added to the sums.</param>
    /// <param name="keepLogits">Whether <see cref="ReadLogits"/> has something to read.</param>
    public BatchGraph(Network network, PackedBatch batch, bool backward, bool keepLogits)
    {
        _network = network;
        int nodes = (NodesOfLayer * network.Blocks.Count) + (NodesOfChunk * ((batch.Targets / MaskedHead.ChunkTargets) + 1)) + OtherNodes;
        _context = new(nodes, nodes, 1);
        Graph = _context.CreateGraph(nodes);
        _inputs = CreateInputs(batch, backward);
        LayerGraph layers = new(_context, Graph, _inputs, network.Products, network.Attention, network.Fused);
        GgmlTensor x = network.Embedding.Forward(layers);
        TransformerBlock.State[] states = new TransformerBlock.State[network.Blocks.Count];
        for (int layer = 0; layer < states.Length; layer++)
        {
            states[layer] = network.Blocks[layer].Forward(layers, x);
            x = states[layer].Output;
        }

        Graph.Add(x);
        _head = network.Head.Build(layers, x, backward, keepLogits);
        GgmlTensor dx = _head.Gradient;
        for (int layer = states.Length - 1; backward && layer >= 0; layer--)
        {
            TransformerBlock.State state = network.Recompute ? network.Blocks[layer].Forward(layers, states[layer].Input) : states[layer];
            dx = network.Blocks[layer].Backward(layers, state, dx, wantInput: layer > 0);
        }
    }

    public GgmlGraph Graph { get; }

    /// <summary>Writes the batch into the graph's inputs, once they have memory.</summary>
    public void Write(PackedBatch batch)
    {
        _inputs.Tokens.Write<int>(batch.Tokens);
        _inputs.Positions.Write<int>(batch.Positions);
        if (_inputs.Mask.Exists)
        {
            _inputs.Mask.Write<float>(batch.Mask());
        }

        if (_inputs.Starts.Exists)
        {
            _inputs.Starts.Write<int>(batch.Starts);
        }

        foreach (TargetInputs chunk in _inputs.Targets)
        {
            // The filling of the last chunk repeats the batch's first target, with weight 0.
            int[] rows = new int[chunk.Count];
            int[] labels = new int[chunk.Count];
            float[] weights = new float[chunk.Count];
            for (int i = 0; i < chunk.Count; i++)
            {
                bool exists = chunk.First + i < batch.Targets;
                int target = exists ? chunk.First + i : 0;
                rows[i] = batch.TargetRows[target];
                labels[i] = (i * _network.Vocabulary) + batch.TargetTokens[target];
                weights[i] = exists ? batch.TargetWeights[target] : 0;
            }

            chunk.Rows.Write<int>(rows);
            chunk.Labels.Write<int>(labels);
            if (chunk.Weights.Exists)
            {
                chunk.Weights.Write<float>(weights);
            }
        }
    }

    /// <summary>The loss, after the graph was computed.</summary>
    public BatchLoss ReadLoss(PackedBatch batch)
    {
        double loss = 0;
        for (int i = 0; i < _inputs.Targets.Count; i++)
        {
            float[] probabilities = _head.Probabilities[i].ToArray<float>();
            int used = Math.Min(_inputs.Targets[i].Count, batch.Targets - _inputs.Targets[i].First);
            for (int target = 0; target < used; target++)
            {
                // Not below the smallest normal number: a loss of 87 nats a token is as bad as any.
                double logarithm = float.IsNaN(probabilities[target]) ? double.NaN : Math.Log(Math.Max(probabilities[target], 1e-37));
                loss -= batch.TargetWeights[_inputs.Targets[i].First + target] * logarithm;
            }
        }

        return new(loss, batch.TargetWeights.Sum(weight => (double)weight));
    }

    /// <summary>The targets' logits, after the graph was computed.</summary>
    public float[][] ReadLogits(PackedBatch batch) =>
        [.. _head.Logits.SelectMany(chunk => chunk.ToArray<float>().Chunk(_network.Vocabulary)).Take(batch.Targets)];

    public void Dispose() => _context.Dispose();

    private BatchInputs CreateInputs(PackedBatch batch, bool backward)
    {
        int tokens = batch.Tokens.Length;
        GgmlTensor Indices(int count) => _context.Create(GgufTensorType.I32, count).AsInput();

        List<TargetInputs> targets = [];
        for (int first = 0; first < batch.Targets; first += MaskedHead.ChunkTargets)
        {
            int left = Math.Min(batch.Targets - first, MaskedHead.ChunkTargets);
            int count = (left + PackedBatch.TokenMultiple - 1) / PackedBatch.TokenMultiple * PackedBatch.TokenMultiple;
            targets.Add(new(first, count, Indices(count), Indices(count), backward ? _context.Create(GgufTensorType.F32, 1, count).AsInput() : default));
        }

        return new(
            Indices(tokens),
            Indices(tokens),
            _network.Fused ? Indices(tokens) : default,
            _network.Fused ? default : _context.Create(GgufTensorType.F32, tokens, tokens).AsInput(),
            targets);
    }
}
