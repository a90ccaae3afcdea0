using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Has dead letters tried again now.</summary>
internal static class DeadLetterRetryCommand
{
    private static readonly string[] Columns = ["LEASE", "STATE"];
    private static readonly Argument<string[]> LeaseIds = new("lease") { Description = "Ids of leases, lse_…", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<bool> All = new("--all") { Description = "All that there are." };

    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("retry", "Have backends try again now.") { LeaseIds, All }, host, global, OperatorRoles.Responder, RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var ids = session.Parsed.GetValue(LeaseIds) ?? [];
        if (ids.Length > 0 == session.Parsed.GetValue(All)) throw new UsageException("Say which: ids of leases, or --all.");
        // All are read before the first is tried, because a retry moves the pages of the list.
        if (ids.Length == 0) ids = [.. await ReadAllAsync(broker, cancellationToken)];
        var queued = new List<LeaseInfo>();
        foreach (var id in ids) queued.Add(await broker.DeadLetters.RetryAsync(id, cancellationToken));
        session.Print.Table(new { Leases = queued }, Columns, queued.Select(l => (IReadOnlyList<string>)[l.Id, $"{l.State}"]));
        return ExitCodes.Ok;
    }

    private static async Task<IReadOnlyList<string>> ReadAllAsync(CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        await foreach (var letter in broker.DeadLetters.ListAsync(cancellationToken)) ids.Add(letter.Lease.Id);
        return ids;
    }
}
