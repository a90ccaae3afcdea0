using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Lists the tasks and workloads in quarantine.</summary>
internal static class QuarantineListCommand
{
    private static readonly string[] Columns = ["TASK", "TENANT", "WORKLOAD", "SINCE", "REFUSALS", "LAST REASON", "ORDER"];

    public static Command Create(CliHost host, GlobalOptions global) =>
        Session.RunAsOperator(new Command("list", "List the tasks and workloads in quarantine."), host, global, OperatorRoles.Viewer, RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var quarantines = await broker.Quarantines.ListAsync(cancellationToken);
        session.Print.Table(
            new { Quarantines = quarantines },
            Columns,
            quarantines.Select(q => (IReadOnlyList<string>)
                [q.TaskId.Length == 0 ? "(all)" : q.TaskId, q.Tenant, q.Workload, $"{q.QuarantinedAt:u}", $"{q.Refusals}", q.LastReason, q.OrderId]));
        return ExitCodes.Ok;
    }
}
