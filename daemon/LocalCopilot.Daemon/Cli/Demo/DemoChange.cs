namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>What learning did to the completion of a place.</summary>
internal enum DemoChange
{
    Better,
    Same,
    Worse,
}
