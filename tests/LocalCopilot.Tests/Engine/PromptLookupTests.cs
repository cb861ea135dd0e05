using CsCheck;
using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Tests.Engine;

public class PromptLookupTests
{
    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 9, 1, 2, 3 }, new int[0], new[] { 4, 9, 1, 2, 3 })]
    [InlineData(new[] { 7, 8, 1, 2 }, new[] { 5, 1, 2, 6, 7 }, new[] { 6, 7 })]
    [InlineData(new[] { 5, 6, 5 }, new int[0], new[] { 6, 5 })]
    [InlineData(new[] { 1, 2, 3 }, new[] { 4, 5 }, new int[0])]
    [InlineData(new[] { 3, 3, 3 }, new int[0], new[] { 3 })]
    [InlineData(new int[0], new int[0], new int[0])]
    public void What_followed_the_same_tokens_before_is_guessed(int[] text, int[] further, int[] expected)
    {
        int[] draft = new int[PromptLookup.MaxDraft];

        int count = PromptLookup.Guess(text, further, draft).Count;

        Assert.Equal(expected, draft[..count]);
    }

    [Fact]
    public void A_guess_is_always_a_piece_of_the_texts() =>
        Gen.Select(Gen.Int[0, 3].Array[0, 60], Gen.Int[0, 3].Array[0, 60], Gen.Int[1, PromptLookup.MaxDraft]).Sample((text, further, wanted) =>
        {
            int[] draft = new int[wanted];
            ReadOnlySpan<int> guess = draft.AsSpan(0, PromptLookup.Guess(text, further, draft).Count);
            Assert.True(guess.IsEmpty || text.AsSpan().IndexOf(guess) >= 0 || further.AsSpan().IndexOf(guess) >= 0);
        });
}
