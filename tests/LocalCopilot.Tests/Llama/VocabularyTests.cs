using System.Text;
using CsCheck;
using LocalCopilot.Llama;

namespace LocalCopilot.Tests.Llama;

public class VocabularyTests(EmbeddedModel embedded) : IClassFixture<EmbeddedModel>
{
    private LlamaVocabulary Vocabulary => embedded.Model.Vocabulary;

    [Fact]
    public void The_embedded_model_has_all_markers()
    {
        Assert.Equal(8192, Vocabulary.Count);
        Assert.Equal(Vocabulary.Find("<|fim_prefix|>"), Vocabulary.FimPrefix);
        Assert.Equal(Vocabulary.Find("<|fim_suffix|>"), Vocabulary.FimSuffix);
        Assert.Equal(Vocabulary.Find("<|fim_middle|>"), Vocabulary.FimMiddle);
        Assert.Equal(Vocabulary.Find("<|fim_pad|>"), Vocabulary.FimPad);
        Assert.Equal(Vocabulary.Find("<|repo_name|>"), Vocabulary.FimRepository);
        Assert.Equal(Vocabulary.Find("<|file_sep|>"), Vocabulary.FimSeparator);
        Assert.Equal(Vocabulary.Find("<|endoftext|>"), Vocabulary.EndOfText);
        Assert.All([Vocabulary.FimPrefix, Vocabulary.FimSuffix, Vocabulary.FimMiddle, Vocabulary.EndOfText], token => Assert.True(Vocabulary.IsControl(token!.Value)));
        Assert.True(Vocabulary.IsEndOfGeneration(Vocabulary.EndOfText!.Value));
    }

    [Theory]
    [InlineData("// <|fim_middle|>\n")]
    [InlineData("<|endoftext|>")]
    [InlineData("x<|fim_prefix|><|fim_suffix|>y")]
    [InlineData("\"<|file_sep|>\" + '<|repo_name|>'")]
    public void The_text_of_a_marker_stays_text(string text)
    {
        int[] tokens = Vocabulary.Tokenize(text);

        Assert.DoesNotContain(tokens, token => Vocabulary.IsControl(token) || Vocabulary.IsEndOfGeneration(token));
        Assert.Equal(text, Vocabulary.Decode(tokens));
    }

    [Fact]
    public void A_marker_is_parsed_where_that_is_asked_for() =>
        Assert.Equal([Vocabulary.FimMiddle!.Value], Vocabulary.Tokenize("<|fim_middle|>", parseSpecial: true));

    [Fact]
    public void Any_text_comes_back()
    {
        Gen<string> text = Gen.OneOf(Gen.String, Gen.String[Gen.Char["ab_ \t\r\n(){};<|>.é漢\"0123"], 0, 200]).Where(IsWellFormed);

        text.Sample(sample => Vocabulary.Decode(Vocabulary.Tokenize(sample)) == sample);

        static bool IsWellFormed(string value) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value)) == value;
    }

    [Fact]
    public void A_lone_surrogate_becomes_the_replacement_character() =>
        Assert.Equal("a\uFFFDb", Vocabulary.Decode(Vocabulary.Tokenize("a\uD800b")));

    [Fact]
    public void A_token_that_does_not_exist_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Vocabulary.GetPiece(8192).Length);
}
