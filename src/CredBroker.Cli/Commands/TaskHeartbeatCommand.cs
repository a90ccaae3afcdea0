using System.CommandLine;

namespace CredBroker.Cli.Commands;

/// <summary>Says that the work goes on, for a task that <c>task open</c> opened.</summary>
internal static class TaskHeartbeatCommand
{
    public static Command Create(CliHost host, GlobalOptions global) =>
        Session.Run(new Command("heartbeat", "Tell the broker that the work goes on."), host, global, RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var broker = session.Connect();
        await using var task = await session.JoinAsync(broker, cancellationToken);
        var due = await task.HeartbeatAsync(cancellationToken);
        session.Print.Record(new { TaskId = task.Id, HeartbeatDeadline = due }, ("task", task.Id), ("next heartbeat by", $"{due:u}"));
        return ExitCodes.Ok;
    }
}
