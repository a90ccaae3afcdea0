using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client;

namespace CredBroker.Cli.Commands;

/// <summary>Ends the caller's task, or as an operator somebody's, and prints the receipt. Ending it again prints a later receipt.</summary>
internal static class TaskEndCommand
{
    private static readonly Argument<string?> TaskId = new("task")
    {
        Description = "As an operator: the task's id, tsk_…; without it, the caller's own task.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> Outcome = new("--outcome") { Description = "How it ended; \"completed\" unless said, or \"ended by an operator\"." };
    private static readonly Option<TimeSpan?> Wait = DurationText.Option("--wait", "How long to wait until every revocation is confirmed, at most 60 s");

    public static Command Create(CliHost host, GlobalOptions global) => Session.Run(
        new Command("end", "End the task: everything issued for it is revoked.") { TaskId, Outcome, Wait, global.Role }, host, global, RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var receipt = await EndAsync(session, cancellationToken);
        session.Print.Record(
            receipt,
            ("task", receipt.TaskId),
            ("ended at", $"{receipt.EndedAt:u}"),
            ("leases", $"{receipt.Total}"),
            ("confirmed dead", $"{receipt.Confirmed}"),
            ("pending", $"{receipt.Pending}"),
            ("irrevocable", $"{receipt.Irrevocable}"),
            ("child tasks", $"{receipt.ChildTasks}"));
        return ExitCodes.Ok;
    }

    private static async Task<TaskReceipt> EndAsync(Session session, CancellationToken cancellationToken)
    {
        var (outcome, wait) = (session.Parsed.GetValue(Outcome), session.Parsed.GetValue(Wait));
        if (session.Parsed.GetValue(TaskId) is { } id)
        {
            using var operated = session.ConnectAsOperator(OperatorRoles.Responder);
            return await operated.Tasks.EndAsync(id, outcome ?? "ended by an operator", wait, cancellationToken);
        }
        await using var broker = session.Connect();
        await using var task = await session.JoinAsync(broker, cancellationToken);
        return await task.EndAsync(outcome, wait, cancellationToken);
    }
}
