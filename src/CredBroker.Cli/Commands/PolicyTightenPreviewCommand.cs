using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Shows which live leases the templates and policies in force no longer permit.</summary>
internal static class PolicyTightenPreviewCommand
{
    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("preview", "Show which live leases the templates and policies in force no longer permit. Does nothing."),
        host, global, OperatorRoles.Responder, RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var preview = await broker.Platform.PreviewTighteningAsync(cancellationToken);
        session.Print.View(preview, console => TighteningView.Write(console, preview));
        return ExitCodes.Ok;
    }
}
