using System.CommandLine;
using CredBroker.Client;

namespace CredBroker.Cli.Commands;

/// <summary>Lists the leases of the task and of the tasks below it.</summary>
internal static class LeaseListCommand
{
    private static readonly string[] Columns = ["LEASE", "TEMPLATE", "STATE", "REASON", "EXPIRES"];

    private static readonly Option<LeaseState[]> States = new("--state")
    {
        Description = "Only those in this state; may be repeated.",
        HelpName = "active|revoking|revoked|irrevocable",
    };

    public static Command Create(CliHost host, GlobalOptions global) =>
        Session.Run(new Command("list", "List the task's leases, oldest first.") { States }, host, global, RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var broker = session.Connect();
        await using var task = await session.JoinAsync(broker, cancellationToken);
        var leases = new List<LeaseInfo>();
        await foreach (var lease in task.ListLeasesAsync(session.Parsed.GetValue(States), cancellationToken)) leases.Add(lease);
        session.Print.Table(
            new { Leases = leases },
            Columns,
            leases.Select(l => (IReadOnlyList<string>)[l.Id, l.Template, $"{l.State}", l.EndReason == Client.EndReason.None ? "" : $"{l.EndReason}", $"{l.ExpiresAt:u}"]));
        return ExitCodes.Ok;
    }
}
