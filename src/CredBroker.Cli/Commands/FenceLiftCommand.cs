using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Lifts a fence, or is the first of two to say so.</summary>
internal static class FenceLiftCommand
{
    private static readonly Argument<string> FenceId = new("fence") { Description = "The fence's id, fnc_…" };
    private static readonly ReasonOption Reason = new();

    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("lift", "Lift a fence: a platform-admin alone, or two responders. What it killed stays dead.") { FenceId, Reason.Option },
        host,
        global,
        OperatorRoles.Responder,
        RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var id = session.Parsed.GetRequiredValue(FenceId);
        var lifted = await broker.Fences.LiftAsync(id, Reason.Read(session.Parsed), cancellationToken);
        session.Print.Record(
            new { FenceId = id, Lifted = lifted, PendingSecond = !lifted }, ("fence", id), ("lifted", lifted ? "yes" : "no: a second responder has to agree"));
        if (lifted) return ExitCodes.Ok;
        await session.Error.WriteLineAsync(
            $"pending: the fence stands until a second responder says the same within an hour: credbroker fence lift {id} --reason …");
        return ExitCodes.Refused;
    }
}
