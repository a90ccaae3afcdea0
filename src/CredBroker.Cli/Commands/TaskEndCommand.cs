using System.CommandLine;

namespace CredBroker.Cli.Commands;

/// <summary>Ends a task and prints the receipt. Ending it again prints a later receipt.</summary>
internal static class TaskEndCommand
{
    private static readonly Option<string> Outcome = new("--outcome") { Description = "How it ended; \"completed\" unless said." };
    private static readonly Option<TimeSpan?> Wait = DurationText.Option("--wait", "How long to wait until every revocation is confirmed, at most 60 s");

    public static Command Create(CliHost host, GlobalOptions global) => Session.Run(
        new Command("end", "End the task: everything issued for it is revoked.") { Outcome, Wait }, host, global, RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var broker = session.Connect();
        await using var task = await session.JoinAsync(broker, cancellationToken);
        var receipt = await task.EndAsync(session.Parsed.GetValue(Outcome), session.Parsed.GetValue(Wait), cancellationToken);
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
}
