using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Tests.Samples;

public class CutPlacesTests
{
    [Theory]
    [InlineData("    var total = Sum(values);", "var total = Sum(values);|total = Sum(values);|Sum(values);|values);")]
    [InlineData("return x;", "return x;")]
    [InlineData("if (a == b) Call(x.Length);", "if (a == b) Call(x.Length);|(a == b) Call(x.Length);|a == b) Call(x.Length);|b) Call(x.Length);|x.Length);|Length);")]
    [InlineData("\tfor key, value in items.items():", "for key, value in items.items():|key, value in items.items():|value in items.items():|items.items():|items():")]
    public void A_line_is_cut_where_somebody_may_stop_typing(string line, string rests) =>
        Assert.Equal(rests.Split('|'), CutPlaces.In(line).Select(cut => line[cut..]));
}
