using System.CommandLine;

namespace CredBroker.Cli.Commands;

/// <summary>Shows how the broker is doing. A broker that would not issue now is <see cref="ExitCodes.Unavailable"/>.</summary>
internal static class StatusCommand
{
    public static Command Create(CliHost host, GlobalOptions global) =>
        Session.Run(new Command("status", "Show how the broker is doing."), host, global, RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var broker = session.Connect();
        var status = await broker.GetStatusAsync(cancellationToken);
        session.Print.Record(
            status,
            [
                ("version", status.Version),
                ("ready", status.Ready ? "yes" : "no"),
                ("store", status.Store),
                ("templates", $"{status.Templates} ({status.CatalogueVersion})"),
                ("started at", $"{status.StartedAt:u}"),
                ("queue depth", $"{status.QueueDepth}"),
                ("dead letters", status.DeadLetters == 0 ? "0" : $"{status.DeadLetters} (see: credbroker deadletter list)"),
                .. status.Components.Select(c => (c.Name, (string?)((c.Healthy ? "healthy" : "unhealthy") + (c.Detail.Length > 0 ? $": {c.Detail}" : "")))),
            ]);
        return status.Ready ? ExitCodes.Ok : ExitCodes.Unavailable;
    }
}
