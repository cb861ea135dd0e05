namespace LocalCopilot.Tests;

/// <summary>What a machine may lack: a reason to skip for a developer, a failure where everything is required.</summary>
internal static class Requirement
{
    public static void Holds(bool holds, string reason)
    {
        if (!holds && Environment.GetEnvironmentVariable("LOCALCOPILOT_REQUIRE_ALL_TESTS") == "1")
        {
            Assert.Fail($"Required here, and missing: {reason}");
        }

        Assert.SkipUnless(holds, reason);
    }
}
