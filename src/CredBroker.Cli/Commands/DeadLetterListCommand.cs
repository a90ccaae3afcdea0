using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Lists the leases whose backend would not revoke them.</summary>
internal static class DeadLetterListCommand
{
    private static readonly string[] Columns = ["LEASE", "TEMPLATE", "BACKEND", "ATTEMPTS", "NEXT", "LAST ERROR"];
    private static readonly LimitOption Limit = new();

    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("list", "List the leases whose backend would not revoke them.") { Limit.Option }, host, global, OperatorRoles.Viewer, RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var letters = await Limit.TakeAsync(session, broker.DeadLetters.ListAsync(cancellationToken));
        session.Print.Table(
            new { DeadLetters = letters },
            Columns,
            letters.Select(l => (IReadOnlyList<string>)
                [l.Lease.Id, l.Lease.Template, l.Lease.Backend, $"{l.Attempts}", l.NextAttemptAt is { } at ? $"{at:u}" : "", l.LastError]));
        return ExitCodes.Ok;
    }
}
