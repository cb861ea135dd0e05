using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Tests.Engine;

public class DraftLengthTests
{
    [Theory]
    [InlineData(1.0, 0.02, 12)]
    [InlineData(1.0, 0.9, 1)]
    [InlineData(0.1, 0.4, 1)]
    public void As_many_guesses_are_verified_as_pay(double right, double rowCost, int expected)
    {
        DraftLength length = new();
        for (int round = 0; round < 300; round++)
        {
            for (int rows = 2; rows <= PromptLookup.MaxDraft + 1; rows++)
            {
                length.Took(rows, TimeSpan.FromMilliseconds(1 + ((rows - 2) * rowCost)));
            }

            length.Verified(rule: 1, guessed: 10, right: round % 10 < right * 10 ? 10 : 0);
        }

        Assert.Equal(expected, length.Choose(rule: 1, guessed: 12));
    }

    [Fact]
    public void One_guess_is_always_verified_since_a_batch_has_two_rows_in_any_case() => Assert.Equal(1, new DraftLength().Choose(rule: 0, guessed: 1));
}
