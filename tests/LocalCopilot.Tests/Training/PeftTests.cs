using System.Text.Json;
using LocalCopilot.Training;
using LocalCopilot.Training.Adapters;

namespace LocalCopilot.Tests.Training;

/// <summary>Adapters for Hugging Face's PEFT and from it.</summary>
[Collection(RunsAlone.Name)]
public class PeftTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    private static readonly LoraOptions Small = new() { Rank = 4, Alpha = 8 };

    [Theory]
    [MemberData(nameof(TinyModel.Kinds), MemberType = typeof(TinyModel))]
    public void An_exported_adapter_imported_again_gives_the_same_file(string kind)
    {
        string folder = Path.Combine(fixture.Folder, Guid.NewGuid().ToString("N"));
        using LoraModel model = LoraModel.Open(TinyModel.Of(kind).Write(fixture.Folder), Small, new(), TestContext.Current.CancellationToken);
        TrainingFixture.Randomize(model.Parameters);
        model.SaveAdapter(folder + ".gguf");
        model.ExportPeft(folder, "tiny");
        model.Parameters.Initialize(3);
        model.LoadAdapter(folder);
        model.SaveAdapter(folder + ".again.gguf");

        Assert.Equal(File.ReadAllBytes(folder + ".gguf"), File.ReadAllBytes(folder + ".again.gguf"));
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("granite")]
    public void Rows_of_queries_are_in_Hugging_Face_s_order(string kind)
    {
        string folder = Path.Combine(fixture.Folder, $"order-{kind}");
        using LoraModel model = LoraModel.Open(TinyModel.Of(kind).Write(fixture.Folder), Small, new(), TestContext.Current.CancellationToken);
        float[] values = new float[model.Parameters.Count];
        foreach (LoraMatrix matrix in model.Parameters.Matrices)
        {
            for (int row = 0; row < matrix.Out; row++)
            {
                // B is kept [out, rank]: the first column of the file's B counts the rows.
                values[matrix.OffsetB(4) + row] = row;
            }
        }

        model.Parameters.WriteValues(values);
        model.ExportPeft(folder, "tiny");
        Dictionary<string, SafeTensor> tensors = SafetensorsFile.Read(Path.Combine(folder, PeftAdapter.TensorsName));
        float[] Rows(string name) => [.. tensors[$"base_model.model.model.layers.1.{name}.lora_B.weight"].Values.Where((_, i) => i % 4 == 0)];

        // Heads of 16: evens first, then odds.
        float[] head = [0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15];
        Assert.Equal(head, Rows("self_attn.q_proj")[..16]);
        Assert.Equal([.. head.Select(row => row + 16)], Rows("self_attn.k_proj")[16..32]);
        Assert.Equal([.. Enumerable.Range(0, 32).Select(row => (float)row)], Rows("self_attn.v_proj"));
    }

    [Theory]
    [InlineData("granite", "mlp.down_proj,mlp.gate_proj,mlp.up_proj,self_attn.k_proj,self_attn.o_proj,self_attn.q_proj,self_attn.v_proj")]
    [InlineData("starcoder2", "mlp.c_fc,mlp.c_proj,self_attn.k_proj,self_attn.o_proj,self_attn.q_proj,self_attn.v_proj")]
    [InlineData("gemma", "mlp.down_proj,mlp.gate_proj,mlp.up_proj,self_attn.k_proj,self_attn.o_proj,self_attn.q_proj,self_attn.v_proj")]
    public void Modules_are_called_as_in_Hugging_Face_s_class_of_the_family(string kind, string modules)
    {
        string folder = Path.Combine(fixture.Folder, $"modules-{kind}");
        using LoraModel model = LoraModel.Open(TinyModel.Of(kind).Write(fixture.Folder), Small, new(), TestContext.Current.CancellationToken);
        model.ExportPeft(folder, "tiny");

        const string Layer = "base_model.model.model.layers.0.";
        IEnumerable<string> names = SafetensorsFile.Read(Path.Combine(folder, PeftAdapter.TensorsName)).Keys.Where(name => name.StartsWith(Layer, StringComparison.Ordinal)).Select(name => name[Layer.Length..^".lora_A.weight".Length]);
        Assert.Equal(modules.Split(','), names.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_files_are_as_their_formats_say()
    {
        string folder = Path.Combine(fixture.Folder, "formats");
        using LoraModel model = LoraModel.Open(new TinyModel("qwen2").Write(fixture.Folder), Small, new(), TestContext.Current.CancellationToken);
        model.Parameters.Initialize(1);
        model.ExportPeft(folder, "Qwen/tiny");
        byte[] file = File.ReadAllBytes(Path.Combine(folder, PeftAdapter.TensorsName));
        int length = (int)BitConverter.ToInt64(file);
        using JsonDocument head = JsonDocument.Parse(file.AsMemory(8, length));
        using JsonDocument configuration = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, PeftAdapter.ConfigurationName)));
        JsonElement down = head.RootElement.GetProperty("base_model.model.model.layers.0.mlp.down_proj.lora_A.weight");

        Assert.Equal(0, length % 8);
        Assert.Equal("[4,96]", down.GetProperty("shape").GetRawText());
        Assert.Equal(file.Length - 8 - length, head.RootElement.EnumerateObject().Where(tensor => tensor.Name != "__metadata__").Max(tensor => tensor.Value.GetProperty("data_offsets")[1].GetInt32()));
        Assert.Equal((4, 8.0, "LORA"), (configuration.RootElement.GetProperty("r").GetInt32(), configuration.RootElement.GetProperty("lora_alpha").GetDouble(), configuration.RootElement.GetProperty("peft_type").GetString()));
        Assert.Equal(7, configuration.RootElement.GetProperty("target_modules").GetArrayLength());
    }

    [Fact]
    public async Task Hugging_Face_s_own_reader_reads_the_same_tensors()
    {
        string folder = Path.Combine(fixture.Folder, "independent");
        using LoraModel model = LoraModel.Open(new TinyModel("qwen3").Write(fixture.Folder), Small, new(), TestContext.Current.CancellationToken);
        TrainingFixture.Randomize(model.Parameters);
        model.ExportPeft(folder, "tiny");
        string path = Path.Combine(folder, PeftAdapter.TensorsName);

        using JsonDocument read = JsonDocument.Parse(await NodeTool.RunAsync("safetensors", "read.mjs", path));
        Dictionary<string, SafeTensor> own = SafetensorsFile.Read(path);
        Assert.Equal(own.Keys.Order(), read.RootElement.EnumerateObject().Select(tensor => tensor.Name).Order());
        Assert.All(own, tensor =>
        {
            JsonElement other = read.RootElement.GetProperty(tensor.Key);
            Assert.Equal("F32", other.GetProperty("dtype").GetString());
            Assert.Equal(tensor.Value.Shape, other.GetProperty("shape").EnumerateArray().Select(length => length.GetInt32()));
            Assert.Equal(tensor.Value.Values.Sum(value => (double)value), other.GetProperty("sum").GetDouble(), 1e-9);
        });

        // The reader does refuse what is wrong.
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken))[..^8], TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => NodeTool.RunAsync("safetensors", "read.mjs", path));
    }

    [Fact]
    public void Damaged_or_foreign_folders_are_refused()
    {
        string folder = Path.Combine(fixture.Folder, "foreign");
        using LoraModel model = LoraModel.Open(new TinyModel("llama").Write(fixture.Folder), Small, new(), TestContext.Current.CancellationToken);
        using LoraModel other = LoraModel.Open(new TinyModel("llama") { Width = 32 }.Write(fixture.Folder), Small, new(), TestContext.Current.CancellationToken);
        using LoraModel higher = LoraModel.Open(new TinyModel("llama").Write(fixture.Folder), Small with { Rank = 8 }, new(), TestContext.Current.CancellationToken);
        other.ExportPeft(folder, "tiny");
        Assert.Contains("shape", Assert.Throws<TrainingException>(() => model.LoadAdapter(folder)).Message, StringComparison.Ordinal);
        Assert.Contains("rank", Assert.Throws<TrainingException>(() => higher.LoadAdapter(folder)).Message, StringComparison.Ordinal);
        string tensors = Path.Combine(folder, PeftAdapter.TensorsName);
        File.WriteAllBytes(tensors, File.ReadAllBytes(tensors)[..^10]);
        Assert.Contains("damaged", Assert.Throws<TrainingException>(() => other.LoadAdapter(folder)).Message, StringComparison.Ordinal);
    }
}
