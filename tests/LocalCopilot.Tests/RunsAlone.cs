namespace LocalCopilot.Tests;

/// <summary>Tests that look at state of the process, or keep all cores busy: they run alone, after the others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class RunsAlone
{
    public const string Name = "alone";
}
