using CsCheck;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Llama;
using LocalCopilot.Tests.Llama;

namespace LocalCopilot.Tests.Completion.Prompts;

public class PromptBuilderTests(EmbeddedModel embedded) : IClassFixture<EmbeddedModel>
{
    private LlamaVocabulary Vocabulary => embedded.Model.Vocabulary;

    private PromptFamily Family => PromptFamilies.Of(embedded.Model.Metadata["general.name"], Vocabulary);

    [Fact]
    public void The_embedded_model_gets_the_suffix_first_as_its_card_says()
    {
        BuiltPrompt prompt = new PromptBuilder(Vocabulary, Family).Build(Parts("PREFIX", "SUFFIX"), new(500, 100, 200));

        Assert.Equal(
            Vocabulary.Tokenize("<|file_sep|>src/a.cs\n<|fim_prefix|><|fim_suffix|>SUFFIX<|fim_middle|>PREFIX", parseSpecial: true),
            prompt.Tokens);
    }

    [Fact]
    public void Other_families_get_their_own_order()
    {
        PromptFamily qwen = PromptFamilies.All.Single(family => family.Name == "qwen");
        PromptParts parts = Parts("PREFIX", "SUFFIX") with { Repository = "shapes", Chunks = [new("b.cs", "B\n")] };

        BuiltPrompt prompt = new PromptBuilder(Vocabulary, qwen).Build(parts, new(500, 100, 200));

        Assert.Equal(
            Vocabulary.Tokenize("<|repo_name|>shapes\n<|file_sep|>b.cs\nB\n<|file_sep|>src/a.cs\n<|fim_prefix|>PREFIX<|fim_suffix|>SUFFIX<|fim_middle|>", parseSpecial: true),
            prompt.Tokens);
    }

    [Fact]
    public void A_model_without_markers_gets_the_prefix_alone()
    {
        PromptFamily none = PromptFamilies.PrefixOnly with { File = "", Repository = "" };

        BuiltPrompt prompt = new PromptBuilder(Vocabulary, none).Build(Parts("PREFIX", "SUFFIX"), new(500, 100, 200));

        Assert.Equal(Vocabulary.Tokenize("PREFIX"), prompt.Tokens);
    }

    [Fact]
    public void Markers_in_the_user_s_text_stay_text()
    {
        BuiltPrompt prompt = new PromptBuilder(Vocabulary, Family).Build(Parts("// <|fim_middle|>\n", "// <|endoftext|>\n"), new(500, 100, 200));

        Assert.Equal(1, prompt.Tokens.Count(token => token == Vocabulary.FimMiddle));
        Assert.DoesNotContain(Vocabulary.EndOfText!.Value, prompt.Tokens);
    }

    [Fact]
    public void A_prompt_never_exceeds_its_budget()
    {
        Gen<string> code = Gen.OneOf(((string[])["x", "foo(bar);", "\n", "    ", "漢字", "0123456789", "é", "}"]).Select(Gen.Const).ToArray()).List[0, 800].Select(string.Concat);
        PromptBuilder builder = new(Vocabulary, Family);

        Gen.Select(code, code, code, Gen.Int[40, 900]).Sample((prefix, suffix, chunk, total) =>
        {
            PromptBudget budget = PromptBudget.For(total + 64, 64, 0.35);
            BuiltPrompt prompt = builder.Build(Parts(prefix, suffix) with { Repository = "r", Chunks = [new("b.cs", chunk)] }, budget);

            Assert.InRange(prompt.Tokens.Length, 1, budget.Total);
            Assert.InRange(prompt.ContextTokens, 0, budget.Context);
        }, iter: 200);
    }

    [Fact]
    public void What_it_keeps_of_one_prompt_is_never_in_another_that_differs()
    {
        PromptBuilder builder = new(Vocabulary, Family);
        Gen<string> few = Gen.OneOf(Gen.Const("a"), Gen.Const("b\n"), Gen.Const("c();\n"));
        Gen<PromptChunk> chunk = Gen.Select(few, few, (path, text) => new PromptChunk(path, text));

        Gen.Select(few, chunk.List[0, 3], Gen.OneOf(Gen.Const(0), Gen.Const(8), Gen.Const(200))).Sample((repository, chunks, context) =>
        {
            PromptParts parts = Parts("x", "y") with { Repository = repository, Chunks = chunks };
            PromptBudget budget = new(500, context, 100);

            Assert.Equal(new PromptBuilder(Vocabulary, Family).Build(parts, budget).Tokens, builder.Build(parts, budget).Tokens);
        }, iter: 300, threads: 1);
    }

    [Theory]
    [InlineData("x = 1\nreturn ", " ")]
    [InlineData("if (isVisible) par", " par")]
    [InlineData("    value.", ".")]
    [InlineData("def f():\n    ", "")]
    [InlineData("{\n", "")]
    [InlineData("", "")]
    public void The_token_that_the_cursor_may_have_cut_is_left_to_the_model(string prefix, string unfinished)
    {
        BuiltPrompt prompt = new PromptBuilder(Vocabulary, Family).Build(Parts(prefix, "SUFFIX") with { LeavesEndOpen = true }, new(500, 100, 200));

        Assert.Equal(unfinished, prompt.Unfinished);
        Assert.EndsWith(prefix[..^prompt.Unfinished.Length], Vocabulary.Decode(prompt.Tokens), StringComparison.Ordinal);
    }

    [Fact]
    public void Prompt_and_unfinished_text_are_the_text_before_the_cursor()
    {
        PromptBuilder builder = new(Vocabulary, Family);

        Gen.String[Gen.Char["ab (){};=.\n\n    \t漢é"], 0, 200].Sample(prefix =>
        {
            BuiltPrompt prompt = builder.Build(Parts(prefix, "") with { LeavesEndOpen = true }, new(900, 0, 900));

            Assert.EndsWith("/a.cs\n" + prefix, Vocabulary.Decode(prompt.Tokens) + prompt.Unfinished, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', prompt.Unfinished);
        }, iter: 500);
    }

    [Fact]
    public void A_prompt_is_never_empty()
    {
        PromptFamily none = PromptFamilies.PrefixOnly with { File = "", Repository = "" };

        BuiltPrompt prompt = new PromptBuilder(Vocabulary, none).Build(Parts("return", "") with { LeavesEndOpen = true }, new(500, 100, 200));

        Assert.Equal("return", Vocabulary.Decode(prompt.Tokens));
        Assert.Equal("", prompt.Unfinished);
    }

    [Fact]
    public void Typing_seldom_moves_what_stands_before_it()
    {
        PromptBuilder builder = new(Vocabulary, Family);
        string line = "        var value = Compute(index, offset);\n";
        string file = string.Concat(Enumerable.Repeat(line, 200));
        int moved = 0;
        int[]? before = null;
        for (int typed = 0; typed < 400; typed++)
        {
            int[] tokens = builder.Build(Parts(file[..(4000 + typed)], file[4000..]), PromptBudget.For(1024, 128, 0.35)).Tokens;
            if (before is not null && before.AsSpan().CommonPrefixLength(tokens) < Math.Min(before.Length, tokens.Length) - 12)
            {
                moved++;
            }

            before = tokens;
        }

        Assert.InRange(moved, 0, 2);
    }

    private static PromptParts Parts(string prefix, string suffix) => new() { Path = "src/a.cs", Prefix = prefix.AsMemory(), Suffix = suffix.AsMemory() };
}
