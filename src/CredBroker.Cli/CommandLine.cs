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
            TaskListCommand.Create(host, global),
            TaskShowCommand.Create(host, global),
        };
        var lease = new Command("lease", "Leases: the records of credentials.")
        {
            LeaseListCommand.Create(host, global),
            LeaseShowCommand.Create(host, global),
            LeaseRevokeCommand.Create(host, global),
        };
        return new RootCommand("credbroker: credentials for one task, dead when the task ends.")
        {
            global.Address,
            global.Output,
            ExecCommand.Create(host, global),
            task,
            IssueCommand.Create(host, global),
            lease,
            Revoke(host, global),
            new Command("fence", "Fences: standing refusals that revocation orders raise.") { FenceListCommand.Create(host, global), FenceLiftCommand.Create(host, global) },
            new Command("approvals", "What people are asked to agree to.")
            {
                ApprovalListCommand.Create(host, global),
                ApprovalWatchCommand.Create(host, global),
                ApprovalDecideCommand.CreateApprove(host, global),
                ApprovalDecideCommand.CreateDeny(host, global),
            },
            new Command("quarantine", "Tasks and workloads that were refused too often.") { QuarantineListCommand.Create(host, global), QuarantineReleaseCommand.Create(host, global) },
            new Command("deadletter", "Leases whose backend would not revoke them.")
            {
                DeadLetterListCommand.Create(host, global),
                DeadLetterRetryCommand.Create(host, global),
            },
            new Command("template", "Templates: what may be issued at all.") { TemplateLintCommand.Create(host, global) },
            new Command("policy", "Policies: who may have it, for what, and when.")
            {
                PolicyLintCommand.Create(host, global),
                PolicyTestCommand.Create(host, global),
                PolicyDiffCommand.Create(host, global),
                PolicyExplainCommand.Create(host, global),
                new Command("tighten", "Live leases that templates and policies no longer permit.")
                {
                    PolicyTightenPreviewCommand.Create(host, global),
                    PolicyTightenApplyCommand.Create(host, global),
                },
            },
            new Command("keys", "Signing keys.") { KeysRotateCommand.Create(host, global) },
            new Command("join-token", "Secrets by which workloads join once.") { JoinTokenNewCommand.Create(host, global) },
            new Command("clock", "The store's clock.") { ClockResetCommand.Create(host, global) },
            StatusCommand.Create(host, global),
        };
    }

    private static Command Revoke(CliHost host, GlobalOptions global) => new("revoke", "Mass revocation, for incidents.")
    {
        RevokePreviewCommand.Create(host, global),
        RevokeRunCommand.Create(host, global),
        RevokeWatchCommand.Create(host, global),
        RevokeReportCommand.Create(host, global),
    };
}
