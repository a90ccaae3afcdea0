using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Lets a task out of its quarantine.</summary>
internal static class QuarantineReleaseCommand
{
    private static readonly Argument<string> TaskId = new("task") { Description = "The task's id, tsk_…" };
    private static readonly ReasonOption Reason = new();

    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("release", "Let a task out of its quarantine. What was revoked stays dead; it has to ask anew.") { TaskId, Reason.Option },
        host,
        global,
        OperatorRoles.Responder,
        RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var id = session.Parsed.GetRequiredValue(TaskId);
        await broker.Quarantines.ReleaseAsync(id, Reason.Read(session.Parsed), cancellationToken);
        session.Print.Record(new { TaskId = id, Released = true }, ("task", id), ("released", "yes"));
        return ExitCodes.Ok;
    }
}
