using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Shows one task, for operators.</summary>
internal static class TaskShowCommand
{
    private static readonly Argument<string> TaskId = new("task") { Description = "The task's id, tsk_…" };

    public static Command Create(CliHost host, GlobalOptions global) =>
        Session.RunAsOperator(new Command("show", "Show one task.") { TaskId }, host, global, OperatorRoles.Viewer, RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var task = await broker.Tasks.GetAsync(session.Parsed.GetRequiredValue(TaskId), cancellationToken);
        session.Print.Record(
            task,
            ("task", task.Id),
            ("name", task.TaskRef),
            ("parent", task.ParentId),
            ("workload", task.Subject),
            ("tenant", task.Tenant),
            ("purpose", task.Purpose),
            ("intent", task.Intent),
            ("state", $"{task.State}"),
            ("opened at", $"{task.OpenedAt:u}"),
            ("ends by", $"{task.Deadline:u}"),
            ("next heartbeat by", task.HeartbeatDeadline is { } beat ? $"{beat:u}" : null),
            ("ended at", task.EndedAt is { } at ? $"{at:u}" : null),
            ("reason", task.EndReason == Client.EndReason.None ? null : $"{task.EndReason}"),
            ("outcome", task.Outcome));
        return ExitCodes.Ok;
    }
}
