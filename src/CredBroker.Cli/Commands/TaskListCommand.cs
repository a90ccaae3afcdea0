using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Lists tasks, for operators.</summary>
internal static class TaskListCommand
{
    private static readonly string[] Columns = ["TASK", "STATE", "TENANT", "WORKLOAD", "OPENED", "PURPOSE"];
    private static readonly Option<string> Tenant = new("--tenant") { Description = "Only those of this tenant." };
    private static readonly Option<string> Workload = new("--workload") { Description = "Only those of this attested subject." };
    private static readonly LimitOption Limit = new();

    private static readonly Option<Client.TaskState?> State = new("--state") { Description = "Only those in this state.", HelpName = "open|sealed|ended" };

    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("list", "List tasks, newest first.") { Tenant, Workload, State, Limit.Option }, host, global, OperatorRoles.Viewer, RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var parsed = session.Parsed;
        var tasks = await Limit.TakeAsync(
            session, broker.Tasks.ListAsync(parsed.GetValue(Tenant), parsed.GetValue(Workload), parsed.GetValue(State), cancellationToken));
        session.Print.Table(
            new { Tasks = tasks },
            Columns,
            tasks.Select(t => (IReadOnlyList<string>)[t.Id, $"{t.State}", t.Tenant, t.Subject, $"{t.OpenedAt:u}", t.Purpose]));
        return ExitCodes.Ok;
    }
}
