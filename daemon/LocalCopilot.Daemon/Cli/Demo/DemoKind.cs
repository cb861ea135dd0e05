namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>What a demo takes away and has completed.</summary>
internal enum DemoKind
{
    Line,
    Block,
}
