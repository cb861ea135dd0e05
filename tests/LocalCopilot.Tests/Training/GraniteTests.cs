using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training;
using LocalCopilot.Training.Architectures;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Tests.Training;

/// <summary>Granite's factors, as llama.cpp reads them.</summary>
public class GraniteTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    [Fact]
    public void Factors_are_the_file_s_and_logits_are_divided_by_theirs()
    {
        ModelShape shape = Read([.. TinyModel.Of("granite").Factors]);

        Assert.Equal((5f, 0.4f, 0.3f, 0.5f), (shape.EmbeddingScale, shape.AttentionScale, shape.ResidualScale, shape.LogitScale));
    }

    [Fact]
    public void A_factor_of_0_is_none()
    {
        ModelShape shape = Read(("embedding_scale", 0f), ("attention.scale", 0f), ("residual_scale", 0f), ("logit_scale", 0f));

        Assert.Equal((1f, 0.25f, 1f, 1f), (shape.EmbeddingScale, shape.AttentionScale, shape.ResidualScale, shape.LogitScale));
    }

    [Theory]
    [InlineData("logit_scale", -1f)]
    [InlineData("attention.scale", float.NaN)]
    public void A_factor_that_cannot_be_one_is_named(string key, float value) =>
        Assert.Contains($"granite.{key} is ", Assert.Throws<TrainingException>(() => Read((key, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_model_without_rotary_embedding_is_refused()
    {
        GgufFile file = GgufFile.Read(TinyModel.Of("granite").Write(fixture.Folder, change: writer => writer.Set("granite.rope.scaling.finetuned", false)));

        Assert.Contains("rotary", Assert.Throws<TrainingException>(() => KnownArchitectures.Of(file).ReadShape(file)).Message, StringComparison.Ordinal);
    }

    private ModelShape Read(params (string Key, float Value)[] factors)
    {
        GgufFile file = GgufFile.Read((TinyModel.Of("granite") with { Factors = factors }).Write(fixture.Folder));
        return KnownArchitectures.Of(file).ReadShape(file);
    }
}
