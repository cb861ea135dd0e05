using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Models;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Protocol;
using LocalCopilot.Tests.Llama;
using LocalCopilot.Tests.Llama.Gguf;

namespace LocalCopilot.Tests.Models;

public sealed class ModelJudgementTests : IDisposable
{
    private const long Gigabyte = 1_000_000_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-judged-");

    private string File => Path.Combine(_folder.FullName, "a.gguf");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_embedded_model_completes_fills_in_and_trains()
    {
        ModelDescription model = Judge(EmbeddedModel.Path);

        Assert.Equal(("llama", 6_524_160L, true, true, null), (model.Architecture, model.Parameters, model.CanFillInMiddle, model.CanTrain, model.Reason));
        Assert.Null(model.CanComplete);
        Assert.InRange(model.ServingBytes!.Value, model.Bytes, 150_000_000);
        Assert.InRange(model.TrainingBytes!.Value, model.Bytes, Gigabyte);
    }

    [Fact]
    public void SmolLM2_completes_and_trains_but_does_not_fill_in()
    {
        ModelDescription model = Judge(SharedFiles.SmolLm2);

        Assert.Equal((false, true), (model.CanFillInMiddle, model.CanTrain));
        Assert.Null(model.CanComplete);
        Assert.Contains("no fill-in-the-middle tokens", model.Reason, StringComparison.Ordinal);
        // training.md measured about 1.0 GB.
        Assert.InRange(model.TrainingBytes!.Value, 0.7 * Gigabyte, 1.5 * Gigabyte);
    }

    public static TheoryData<string, Action<GgufBytes>, string> Unusable => new()
    {
        { "clip", file => file.With("general.type", "mmproj"), "projects images" },
        { "llama", file => file.With("general.type", "adapter"), "adapter for another model" },
        { "llama", file => file.With("general.type", "imatrix"), "statistics" },
        { "qwen3", file => Language(file, "qwen3").With("qwen3.pooling_type", 3u), "turns text into vectors" },
        { "nomic-bert", file => Language(file, "nomic-bert"), "turns text into vectors" },
        { "dream", file => Language(file, "dream").With("dream.attention.causal", false), "turns text into vectors" },
        { "mamba", file => Language(file, "mamba").With("mamba.ssm.state_size", 16u), "running state" },
        { "t5", file => Language(file, "t5"), "encodes a text" },
        { "llama", _ => { }, "vocabulary and no weights" },
        { "llama", file => Language(file, "llama", layers: 0), "llama.block_count is 0" },
        { "llama", file => Language(file, "llama", layers: 4_000_000_000), "llama.block_count is 4000000000" },
        { "llama", file => Language(file, "llama", heads: 0), "llama.attention.head_count is 0" },
        { "llama", file => Language(file, "llama", heads: 3), "blk.0.attn_q.weight has 32 rows" },
        { "llama", file => Language(file, "llama").With("llama.attention.head_count_kv", 3u), "no multiple" },
        { "llama", file => Language(file, "llama").With("llama.rope.dimension_count", 4096u), "llama.rope.dimension_count is 4096" },
        { "llama", file => Language(file, "llama", tokens: ["a", "b", "a"]), "token 'a' is there twice" },
        { "llama", file => Language(file, "llama", tokens: ["a", "b", "c", "d", "e"]), "token_embd.weight is 32 x 4, and 5 tokens" },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void What_cannot_complete_is_said_and_why(string architecture, Action<GgufBytes> make, string reason)
    {
        GgufBytes bytes = new GgufBytes().With("general.architecture", architecture);
        make(bytes);
        bytes.WriteTo(File);

        ModelDescription model = Judge(File);

        Assert.Equal((false, false, false), (model.CanComplete, model.CanFillInMiddle, model.CanTrain));
        Assert.Contains(reason, model.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qwen2", GgufTensorType.Q8_0, true, true)]
    [InlineData("qwen3", GgufTensorType.F16, true, true)]
    [InlineData("llama", GgufTensorType.Q5_0, true, true)]
    [InlineData("llama", GgufTensorType.IQ4_NL, true, false)]
    [InlineData("granite", GgufTensorType.Q4_0, true, true)]
    [InlineData("starcoder2", GgufTensorType.Q8_0, true, true)]
    [InlineData("gemma", GgufTensorType.Q8_0, true, true)]
    [InlineData("gemma2", GgufTensorType.Q8_0, true, false)]
    [InlineData("llama", GgufTensorType.F32, false, true)]
    public void Filling_in_is_known_by_the_tokens_and_training_by_architecture_and_types(string architecture, GgufTensorType type, bool markers, bool trains)
    {
        string[] tokens = markers ? ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"] : ["a", "b", "c"];
        Language(new GgufBytes().With("general.architecture", architecture), architecture, tokens: tokens).WithTensor("blk.0.ffn_up.weight", type, 32, 2).WriteTo(File);

        ModelDescription model = Judge(File);

        Assert.Equal((null, markers, trains), (model.CanComplete, model.CanFillInMiddle, model.CanTrain));
        Assert.Equal(trains, model.TrainingBytes is not null);
        Assert.Equal(!markers || !trains, model.Reason is not null);
    }

    [Fact]
    public void An_architecture_that_was_not_tried_may_complete()
    {
        Language(new GgufBytes().With("general.architecture", "new"), "new").WriteTo(File);

        Assert.Contains("was not tried with the architecture new", Judge(File).Reason, StringComparison.Ordinal);
        Assert.Null(Judge(File).CanComplete);
    }

    [Fact]
    public void More_memory_than_is_free_is_said()
    {
        ModelDescription model = ModelJudgement.Describe(new("a", EmbeddedModel.Path, "x"), new EngineOptions(), freeBytes: 20_000_000);

        Assert.Contains("20 MB are free", model.Reason, StringComparison.Ordinal);
        Assert.Null(model.CanComplete);
    }

    [Fact]
    public void Memory_grows_with_context_and_documents()
    {
        long Serving(EngineOptions options) => ModelJudgement.Describe(new("a", SharedFiles.SmolLm2, "x"), options, 0).ServingBytes!.Value;
        long least = Serving(new() { ContextTokens = 512, CachedDocuments = 1 });

        // SmolLM2: 30 layers, 3 key and value heads of 64, in F16; 2 sequences.
        Assert.True(Serving(new() { ContextTokens = 1024, CachedDocuments = 1 }) - least >= 30L * 3 * 64 * 2 * 2 * 512 * 2);
        Assert.Equal(30L * 3 * 64 * 2 * 2 * 512 * 3, Serving(new() { ContextTokens = 512, CachedDocuments = 4 }) - least);
    }

    [Fact]
    public void A_missing_part_of_several_is_named_and_sizes_add_up()
    {
        string first = Path.Combine(_folder.FullName, "big-00001-of-00002.gguf");
        string second = Path.Combine(_folder.FullName, "big-00002-of-00002.gguf");
        Language(new GgufBytes().With("general.architecture", "llama"), "llama").WriteTo(first);
        string missing = Judge(first).Reason!;
        new GgufBytes().With("split.no", 1u).WithTensor("blk.1.ffn_up.weight", GgufTensorType.F32, 32, 2).WriteTo(second);

        ModelDescription whole = Judge(first);

        Assert.Contains(second, missing, StringComparison.Ordinal);
        Assert.Null(whole.CanComplete);
        Assert.Equal(new FileInfo(first).Length + new FileInfo(second).Length, whole.Bytes);
        Assert.Equal((32 * 4) + (32 * 32) + (32 * 2), whole.Parameters);
    }

    [Fact]
    public void A_file_that_is_missing_or_no_model_is_said()
    {
        Assert.Contains("There is no file", Judge(File).Reason, StringComparison.Ordinal);
        System.IO.File.WriteAllText(File, "something else");
        Assert.Contains("is no GGUF file", Judge(File).Reason, StringComparison.Ordinal);
        Assert.False(Judge(File).CanComplete);
    }

    [Fact]
    public void Whatever_bytes_of_a_head_are_changed_it_is_judged()
    {
        Language(new GgufBytes().With("general.architecture", "llama"), "llama").WriteTo(File);
        byte[] whole = System.IO.File.ReadAllBytes(File);
        Random random = new(11);
        for (int round = 0; round < 2000; round++)
        {
            byte[] changed = [.. whole];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            System.IO.File.WriteAllBytes(File, changed);

            ModelDescription model = Judge(File);

            Assert.True(model.CanComplete is null || model.Reason is not null);
        }
    }

    private static ModelDescription Judge(string path) => ModelJudgement.Describe(new("a", path, "x"), new EngineOptions(), 0);

    private static GgufBytes Language(GgufBytes file, string architecture, uint layers = 1, uint heads = 4, string[]? tokens = null) => file
        .With($"{architecture}.block_count", layers).With($"{architecture}.embedding_length", 32u).With($"{architecture}.context_length", 64u)
        .With($"{architecture}.attention.head_count", heads)
        .With("tokenizer.ggml.model", "gpt2").With("tokenizer.ggml.tokens", tokens ?? ["a", "b", "c", "d"])
        .WithTensor("token_embd.weight", GgufTensorType.F32, 32, 4).WithTensor("blk.0.attn_q.weight", GgufTensorType.F32, 32, 32);
}
