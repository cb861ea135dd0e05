using CsCheck;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Llama;
using LocalCopilot.Tests.Llama;

namespace LocalCopilot.Tests.Completion.Prompts;

public class LineTokenizerTests(EmbeddedModel embedded) : IClassFixture<EmbeddedModel>
{
    private LlamaVocabulary Vocabulary => embedded.Model.Vocabulary;

    [Fact]
    public void The_embedded_model_s_tokenizer_goes_line_by_line() => Assert.True(new LineTokenizer(Vocabulary).Splits);

    [Fact]
    public void Line_by_line_the_tokens_are_those_of_the_whole_text()
    {
        LineTokenizer tokenizer = new(Vocabulary);
        string[] pieces = ["x", "foo(bar);", "\n", "\n\n", "    ", "\t", " ", "\f", "\u00A0", "\u3000", "漢字", "123", "é", "}", "'s", "\r", "\u2028", "\ud83d\ude00", "<|fim_middle|>", "//"];
        Gen.OneOf(pieces.Select(Gen.Const).ToArray()).List[0, 60].Select(string.Concat).Sample(
            text => Assert.Equal(Vocabulary.Tokenize(text), tokenizer.Tokenize(text)), iter: 2000);
    }

    [Fact]
    public void Lines_begin_where_they_say()
    {
        const string text = "a\n\n  b\n    \nc\n   ";

        Assert.Equal(["a\n\n", "  b\n    \n", "c\n", "   "], new LineTokenizer(Vocabulary).Lines(text).Select(line => Vocabulary.Decode(line.Tokens)));
        Assert.Equal([0, 3, 12, 14], new LineTokenizer(Vocabulary).Lines(text).Select(line => line.Start));
    }

    [Fact]
    public void Another_tokenizer_gives_the_tokens_of_the_whole_text_too()
    {
        using LlamaModel model = LlamaModel.Load(SharedFiles.SmolLm2, new() { VocabularyOnly = true });
        LineTokenizer tokenizer = new(model.Vocabulary);

        foreach (string text in (string[])["", "a\n    b\n\n\tc();\n", "x\n\n\n    y", "  \n  "])
        {
            Assert.Equal(model.Vocabulary.Tokenize(text), tokenizer.Tokenize(text));
        }
    }
}
