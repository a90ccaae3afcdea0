using System.CommandLine;
using CredBroker.Cli.Commands;

namespace CredBroker.Cli;

/// <summary>The command line as a whole.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliHost host)
    {
        // No response files: an argument that begins with @ belongs to the command that is run.
        var parsed = Root(host).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        // No termination timeout: `exec` handles signals itself, and elsewhere the default of the system is right.
        var code = await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = host.Out,
            Error = host.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
        return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
    }

    private static RootCommand Root(CliHost host)
    {
        var global = new GlobalOptions();
        var task = new Command("task", "Tasks: what an agent is doing now, and the root of everything issued for it.")
        {
            TaskOpenCommand.Create(host, global),
            TaskHeartbeatCommand.Create(host, global),
            TaskEndCommand.Create(host, global),
        };
        var lease = new Command("lease", "Leases: the records of credentials.")
        {
            LeaseListCommand.Create(host, global),
            LeaseShowCommand.Create(host, global),
        };
        return new RootCommand("credbroker: credentials for one task, dead when the task ends.")
        {
            global.Address,
            global.Output,
            ExecCommand.Create(host, global),
            task,
            IssueCommand.Create(host, global),
            lease,
            StatusCommand.Create(host, global),
        };
    }
}
