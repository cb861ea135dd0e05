using LocalCopilot.Daemon.Statistics;

namespace LocalCopilot.Tests.Statistics;

public class OpenSuggestionTests
{
    /// <summary>What is heard of a suggestion of ten characters, in words: shown, accepted, part N, again N.</summary>
    [Theory]
    [InlineData("", 0, 0, 0, 0)]
    [InlineData("shown", 1, 0, 0, 0)]
    [InlineData("shown shown", 1, 0, 0, 0)]
    [InlineData("shown accepted", 1, 1, 0, 10)]
    [InlineData("accepted", 1, 1, 0, 10)]
    [InlineData("accepted accepted", 1, 1, 0, 10)]
    [InlineData("shown part3", 1, 0, 1, 3)]
    [InlineData("part3 part7", 1, 0, 1, 7)]
    [InlineData("part7 part3", 1, 0, 1, 7)]
    [InlineData("part0", 0, 0, 0, 0)]
    [InlineData("part-4", 0, 0, 0, 0)]
    [InlineData("part10", 1, 1, 0, 10)]
    [InlineData("part4000", 1, 1, 0, 10)]
    [InlineData("part3 accepted", 1, 1, 0, 10)]
    [InlineData("shown again6 shown accepted", 1, 1, 0, 6)]
    [InlineData("part4 again6 part2", 1, 0, 1, 6)]
    [InlineData("part4 again6 accepted", 1, 1, 0, 10)]
    [InlineData("part4 again10 accepted", 1, 1, 0, 10)]
    [InlineData("again13 accepted", 1, 1, 0, 13)]
    public void What_is_heard_of_a_suggestion_counts_once(string heard, int shown, int accepted, int partially, long kept)
    {
        OpenSuggestion suggestion = new(new(new(DateTimeOffset.UnixEpoch, null, "python", null, TimeSpan.Zero)), 10);

        foreach (string word in heard.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word)
            {
                case "shown": suggestion.Show(); break;
                case "accepted": suggestion.Accept(); break;
                case ['p', ..]: suggestion.AcceptPart(Number(word["part".Length..])); break;
                default: suggestion.AnsweredAgain(Number(word["again".Length..])); break;
            }
        }

        Assert.Equal(new(shown, accepted, partially, kept), suggestion.Outcome);

        static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }
}
