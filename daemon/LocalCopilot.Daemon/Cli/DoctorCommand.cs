using System.CommandLine;
using LocalCopilot.Daemon.Diagnosis;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Checks what LocalCopilot needs on this machine, and says what to fix.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandContext context)
    {
        Option<bool> json = new("--json") { Description = "Print [{name, state: \"ok\", \"warning\" or \"failure\", finding, remedy}]." };
        Command command = new("doctor", """
            Check natives, devices, model, settings, folders, socket, disk, memory and git, and say what to fix.

            Starts no daemon, and loads the model by itself to try it. Ends with 0, or with 1 where something has to be fixed.
            Examples:
              localcopilot doctor
              localcopilot doctor --json
            """)
        { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            List<Finding> findings = [];
            foreach (IExamination examination in Examinations.All(context.Paths, context.Time))
            {
                Finding finding = await examination.RunAsync(cancellationToken);
                findings.Add(finding);
                if (!parsed.GetValue(json))
                {
                    Show(context, finding);
                }
            }

            if (parsed.GetValue(json))
            {
                await context.WriteJsonAsync(findings.Select(finding => new { finding.Name, State = finding.State.ToString().ToLowerInvariant(), Finding = finding.Text, finding.Remedy }), cancellationToken);
            }

            return findings.Exists(finding => finding.State == FindingState.Failure) ? ExitCodes.Failure : ExitCodes.Success;
        });
        return command;
    }

    private static void Show(CommandContext context, Finding finding)
    {
        string mark = finding.State switch
        {
            FindingState.Ok => "[green]ok  [/]",
            FindingState.Warning => "[yellow]warn[/]",
            _ => "[red]FAIL[/]",
        };
        context.Output.MarkupLine($"{mark} {Markup.Escape(finding.Name),-10} {Markup.Escape(finding.Text)}");
        if (finding.Remedy is { } remedy)
        {
            context.Output.MarkupLine($"     {"",-10} {Markup.Escape(remedy)}");
        }
    }
}
