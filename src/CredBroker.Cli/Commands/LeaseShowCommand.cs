using System.CommandLine;

namespace CredBroker.Cli.Commands;

/// <summary>Shows one lease.</summary>
internal static class LeaseShowCommand
{
    private static readonly Argument<string> LeaseId = new("lease") { Description = "The lease's id, lse_…" };

    public static Command Create(CliHost host, GlobalOptions global) =>
        Session.Run(new Command("show", "Show one lease.") { LeaseId }, host, global, RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var broker = session.Connect();
        await using var task = await session.JoinAsync(broker, cancellationToken);
        var lease = await task.GetLeaseAsync(session.Parsed.GetRequiredValue(LeaseId), cancellationToken);
        session.Print.Record(
            lease,
            ("lease", lease.Id),
            ("task", lease.TaskId),
            ("template", lease.Template),
            ("target", lease.Target),
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
}
