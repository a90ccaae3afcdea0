using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Shows what a revocation would hit, without doing it.</summary>
internal static class RevokePreviewCommand
{
    private static readonly SelectorOptions Selectors = new(several: true);

    public static Command Create(CliHost host, GlobalOptions global)
    {
        var command = new Command("preview", "Show what a revocation would hit. Does nothing.");
        Selectors.AddTo(command);
        return Session.RunAsOperator(command, host, global, OperatorRoles.Viewer, RunAsync);
    }

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var selectors = Selectors.ReadRequired(session.Parsed, session.Time);
        var radius = await broker.Revocations.PreviewAsync(selectors, cancellationToken);
        session.Print.View(new { BlastRadius = radius }, console => BlastRadiusView.Write(console, selectors, radius));
        return ExitCodes.Ok;
    }
}
