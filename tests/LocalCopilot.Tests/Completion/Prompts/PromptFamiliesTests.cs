using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Llama;
using LocalCopilot.Tests.Llama;

namespace LocalCopilot.Tests.Completion.Prompts;

/// <summary>The table's markers are the tokenizers' own.</summary>
public class PromptFamiliesTests
{
    [Fact]
    public void The_embedded_model_s_markers_are_its_tokenizer_s()
    {
        using LlamaModel model = LlamaModel.Load(EmbeddedModel.Path, new() { VocabularyOnly = true });

        PromptFamily family = PromptFamilies.Of(model.Metadata["general.name"], model.Vocabulary);

        Assert.Equal("embedded", family.Name);
        Check(family, model.Vocabulary);
    }

    [Fact]
    public void The_same_tokenizer_under_another_name_is_qwen_s()
    {
        using LlamaModel model = LlamaModel.Load(EmbeddedModel.Path, new() { VocabularyOnly = true });

        PromptFamily family = PromptFamilies.Of("Qwen2.5 Coder 1.5B", model.Vocabulary);

        Assert.Equal(("qwen", PromptOrder.PrefixFirst), (family.Name, family.Order));
        Check(family, model.Vocabulary);
    }

    [Fact]
    public void SmolLM2_completes_from_its_prefix()
    {
        using LlamaModel model = LlamaModel.Load(SharedFiles.SmolLm2, new() { VocabularyOnly = true });

        PromptFamily family = PromptFamilies.Of(model.Metadata["general.name"], model.Vocabulary);

        Assert.Equal(PromptOrder.PrefixOnly, family.Order);
        Assert.Null(model.Vocabulary.FimMiddle);
        Assert.NotNull(model.Vocabulary.Find(family.File));
        Assert.NotNull(model.Vocabulary.Find(family.Repository));
    }

    [Fact]
    public void Every_family_that_fills_in_the_middle_has_all_three_markers() =>
        Assert.All(PromptFamilies.All, family =>
        {
            Assert.NotEqual(PromptOrder.PrefixOnly, family.Order);
            Assert.All([family.Name, family.Prefix, family.Suffix, family.Middle], Assert.NotEmpty);
        });

    private static void Check(PromptFamily family, LlamaVocabulary vocabulary)
    {
        Assert.Equal(vocabulary.FimPrefix, vocabulary.Find(family.Prefix));
        Assert.Equal(vocabulary.FimSuffix, vocabulary.Find(family.Suffix));
        Assert.Equal(vocabulary.FimMiddle, vocabulary.Find(family.Middle));
        Assert.Equal(vocabulary.FimRepository, vocabulary.Find(family.Repository));
        Assert.Equal(vocabulary.FimSeparator, vocabulary.Find(family.File));
    }
}
