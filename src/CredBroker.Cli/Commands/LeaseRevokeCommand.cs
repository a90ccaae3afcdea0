using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Revokes one lease: an order for it alone.</summary>
internal static class LeaseRevokeCommand
{
    private static readonly Argument<string> LeaseId = new("lease") { Description = "The lease's id, lse_…" };
    private static readonly RevocationRun Run = new();

    public static Command Create(CliHost host, GlobalOptions global)
    {
        var command = new Command("revoke", "Revoke one lease, and follow until it is dead.") { LeaseId };
        Run.AddTo(command);
        return Session.RunAsOperator(command, host, global, OperatorRoles.Responder, RunAsync);
    }

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var id = session.Parsed.GetRequiredValue(LeaseId);
        // Says LEASE_NOT_FOUND of a mistyped id, for which an order would find nothing and be content.
        await broker.Leases.GetAsync(id, cancellationToken);
        return await Run.RunAsync(session, broker, [new LeaseSelector { LeaseId = id }], cancellationToken);
    }
}
