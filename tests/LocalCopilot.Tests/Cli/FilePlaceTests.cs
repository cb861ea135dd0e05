using LocalCopilot.Daemon.Cli;

namespace LocalCopilot.Tests.Cli;

public class FilePlaceTests
{
    [Theory]
    [InlineData("a.cs:1:2", "a.cs", 1, 2)]
    [InlineData("C:\\a b\\c.cs:10:20", "C:\\a b\\c.cs", 10, 20)]
    [InlineData("a:3:4:5:6", "a:3:4", 5, 6)]
    public void A_place_is_read_from_its_end(string text, string file, int line, int column) =>
        Assert.Equal(new FilePlace(file, line, column), FilePlace.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("a.cs")]
    [InlineData("a.cs:1")]
    [InlineData(":1:1")]
    [InlineData("a.cs:0:1")]
    [InlineData("a.cs:1:0")]
    [InlineData("a.cs:-1:1")]
    [InlineData("a.cs:1:x")]
    [InlineData("a.cs:99999999999:1")]
    public void What_is_none_is_not_taken_for_one(string text) => Assert.Null(FilePlace.Parse(text));
}
