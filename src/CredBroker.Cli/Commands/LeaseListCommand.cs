using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client;

namespace CredBroker.Cli.Commands;

/// <summary>Lists the leases of the task and of the tasks below it; for an operator, those that a selector matches.</summary>
internal static class LeaseListCommand
{
    private static readonly string[] Columns = ["LEASE", "TEMPLATE", "STATE", "REASON", "EXPIRES"];
    private static readonly SelectorOptions Selector = new(several: false);
    private static readonly LimitOption Limit = new();

    private static readonly Option<LeaseState[]> States = new("--state")
    {
        Description = "Only those in this state; may be repeated.",
        HelpName = "active|revoking|revoked|irrevocable",
    };

    public static Command Create(CliHost host, GlobalOptions global)
    {
        var command = new Command("list", "List leases, oldest first: the task's, or as an operator those that the options match.") { States, Limit.Option, global.Role };
        Selector.AddTo(command);
        return Session.Run(command, host, global, (session, cancellationToken) => session.IsOperator
            ? ListAsOperatorAsync(session, cancellationToken)
            : ListOfTaskAsync(session, cancellationToken));
    }

    private static async Task<int> ListOfTaskAsync(Session session, CancellationToken cancellationToken)
    {
        if (Selector.Read(session.Parsed, session.Time).Count > 0)
            throw new UsageException("Selectors are for operators: CREDBROKER_OPERATOR_TOKEN_FILE names the file with your operator token.");
        await using var broker = session.Connect();
        await using var task = await session.JoinAsync(broker, cancellationToken);
        await PrintAsync(session, task.ListLeasesAsync(session.Parsed.GetValue(States), cancellationToken));
        return ExitCodes.Ok;
    }

    private static async Task<int> ListAsOperatorAsync(Session session, CancellationToken cancellationToken)
    {
        var selector = Selector.Read(session.Parsed, session.Time).SingleOrDefault();
        using var broker = session.ConnectAsOperator(OperatorRoles.Viewer);
        await PrintAsync(session, broker.Leases.ListAsync(selector, session.Parsed.GetValue(States), cancellationToken));
        return ExitCodes.Ok;
    }

    private static async Task PrintAsync(Session session, IAsyncEnumerable<LeaseInfo> leases)
    {
        var some = await Limit.TakeAsync(session, leases);
        session.Print.Table(
            new { Leases = some },
            session.IsOperator ? [.. Columns, "WORKLOAD", "TASK"] : Columns,
            some.Select(l => (IReadOnlyList<string>)Row(l, session.IsOperator)));
    }

    private static string[] Row(LeaseInfo lease, bool isOperator)
    {
        string[] row = [lease.Id, lease.Template, $"{lease.State}", lease.EndReason == Client.EndReason.None ? "" : $"{lease.EndReason}", $"{lease.ExpiresAt:u}"];
        return isOperator ? [.. row, lease.Workload, lease.TaskId] : row;
    }
}
