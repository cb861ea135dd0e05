using LocalCopilot.Daemon.Cli;

namespace LocalCopilot.Tests.Cli;

public class SparklineTests
{
    [Theory]
    [InlineData(new double[0], 8, "")]
    [InlineData(new double[] { 3 }, 8, "▁")]
    [InlineData(new double[] { 0, 1, 2, 3, 4, 5, 6, 7 }, 8, "▁▂▃▄▅▆▇█")]
    [InlineData(new double[] { 7, 7, 0, 0 }, 2, "█▁")]
    [InlineData(new double[] { 5, 5, 5 }, 8, "▁▁▁")]
    public void Values_become_heights(double[] values, int width, string expected) => Assert.Equal(expected, Sparkline.Of(values, width));
}
