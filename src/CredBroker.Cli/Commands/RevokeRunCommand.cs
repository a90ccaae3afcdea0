using System.CommandLine;
using CredBroker.Cli.Responding;

namespace CredBroker.Cli.Commands;

/// <summary>Orders a mass revocation and follows it.</summary>
internal static class RevokeRunCommand
{
    private static readonly SelectorOptions Selectors = new(several: true);
    private static readonly RevocationRun Run = new();

    public static Command Create(CliHost host, GlobalOptions global)
    {
        var command = new Command("run", "Show what a revocation hits, ask, fence and revoke it, and follow until it is dead.");
        Selectors.AddTo(command);
        Run.AddTo(command);
        return Session.RunAsOperator(
            command,
            host,
            global,
            OperatorRoles.Responder,
            (session, broker, cancellationToken) => Run.RunAsync(session, broker, Selectors.ReadRequired(session.Parsed, session.Time), cancellationToken));
    }
}
