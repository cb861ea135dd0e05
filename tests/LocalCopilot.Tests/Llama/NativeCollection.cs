namespace LocalCopilot.Tests.Llama;

/// <summary>Tests that look at state of the process: they run alone, after the others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class NativeCollection
{
    public const string Name = "native state of the process";
}
