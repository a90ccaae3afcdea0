using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client;

namespace CredBroker.Cli.Commands;

/// <summary>Shows one lease: of the task, or as an operator any.</summary>
internal static class LeaseShowCommand
{
    private static readonly Argument<string> LeaseId = new("lease") { Description = "The lease's id, lse_…" };

    public static Command Create(CliHost host, GlobalOptions global) =>
        Session.Run(new Command("show", "Show one lease.") { LeaseId, global.Role }, host, global, RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var lease = await ReadAsync(session, session.Parsed.GetRequiredValue(LeaseId), cancellationToken);
        session.Print.Record(
            lease,
            ("lease", lease.Id),
            ("task", lease.TaskId),
            ("workload", lease.Workload),
            ("template", lease.Template),
            ("target", lease.Target),
            ("backend", lease.Backend),
            ("capabilities", string.Join(", ", lease.Capabilities)),
            ("state", $"{lease.State}"),
            ("reason", lease.EndReason == Client.EndReason.None ? null : $"{lease.EndReason}"),
            ("issued at", $"{lease.IssuedAt:u}"),
            ("expires at", $"{lease.ExpiresAt:u}"),
            ("at the latest", $"{lease.MaxExpiresAt:u}"),
            ("renewable", lease.Renewable ? "yes" : "no"),
            ("revocability", $"{lease.Revocability}"),
            ("confirmed at", lease.ConfirmedAt is { } at ? $"{at:u}" : null));
        return ExitCodes.Ok;
    }

    private static async Task<LeaseInfo> ReadAsync(Session session, string id, CancellationToken cancellationToken)
    {
        if (session.IsOperator)
        {
            using var operated = session.ConnectAsOperator(OperatorRoles.Viewer);
            return await operated.Leases.GetAsync(id, cancellationToken);
        }
        await using var broker = session.Connect();
        await using var task = await session.JoinAsync(broker, cancellationToken);
        return await task.GetLeaseAsync(id, cancellationToken);
    }
}
