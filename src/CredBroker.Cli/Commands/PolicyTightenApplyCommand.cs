using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Has the live leases revoked that the templates and policies in force no longer permit.</summary>
internal static class PolicyTightenApplyCommand
{
    private static readonly ReasonOption Reason = new();
    private static readonly CountConfirmation Confirmation = new();

    public static Command Create(CliHost host, GlobalOptions global)
    {
        var command = new Command("apply", "Show which live leases are no longer permitted, ask, and have them revoked, in every tenant.") { Reason.Option };
        Confirmation.AddTo(command);
        return Session.RunAsOperator(command, host, global, OperatorRoles.PlatformAdmin, RunAsync);
    }

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var reason = Reason.Read(session.Parsed);
        var preview = await broker.Platform.PreviewTighteningAsync(cancellationToken);
        TighteningView.Write(session.People, preview);
        var total = preview.NotPermitted.Total;
        if (total > 0 && !await Confirmation.IsGivenAsync(session, total, cancellationToken)) return ExitCodes.NotConfirmed;
        DateTimeOffset? beginsAt = total == 0 ? null : await ApplyAsync(session, broker, preview, reason);
        session.Print.Record(
            new { Preview = preview, Ordered = beginsAt is not null, BeginsAt = beginsAt },
            ("ordered", beginsAt is null ? "no: every live lease that you may see is permitted, or undecided" : "yes"),
            ("begins at", beginsAt is { } at ? $"{at:u}" : null),
            ("progress", beginsAt is null ? null : "credbroker status"));
        return ExitCodes.Ok;
    }

    private static async Task<DateTimeOffset> ApplyAsync(Session session, CredBrokerOperator broker, TighteningPreview preview, string reason)
    {
        try
        {
            // From here on a signal must not leave it half known.
            return await broker.Platform.ApplyTighteningAsync(preview.Version, reason, preview.NotPermitted.Total, CancellationToken.None);
        }
        catch (BrokerUnavailableException)
        {
            await session.Error.WriteLineAsync("credbroker: it may be ordered all the same; ordering it again does no harm.");
            throw;
        }
    }
}
