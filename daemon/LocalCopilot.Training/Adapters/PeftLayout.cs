namespace LocalCopilot.Training.Adapters;

/// <summary>How a family's matrices are called and ordered in Hugging Face's files, where that differs from GGUF.</summary>
/// <param name="Modules">From a matrix of a block, e.g. <c>attn_q</c>, to its module in a layer.</param>
/// <param name="PermutesQueryAndKey">Whether rows of Wq and Wk are in another order in GGUF, as llama's are.</param>
internal sealed record PeftLayout(IReadOnlyDictionary<string, string> Modules, bool PermutesQueryAndKey = false)
{
    /// <summary>Of the families that are built as llama is; rows in GGUF's order.</summary>
    public static readonly PeftLayout Usual = new(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
    });

    /// <summary>The same with other names for some matrices.</summary>
    public PeftLayout With(params (string Matrix, string Module)[] names)
    {
        Dictionary<string, string> modules = new(Modules, StringComparer.Ordinal);
        foreach ((string matrix, string module) in names)
        {
            modules[matrix] = module;
        }

        return this with { Modules = modules };
    }
}
