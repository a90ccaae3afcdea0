using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Lets a task or a workload out of its quarantine.</summary>
internal static class QuarantineReleaseCommand
{
    private static readonly Argument<string> TaskId = new("task") { Description = "The task's id, tsk_…; none with --workload.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string> Workload = new("--workload") { Description = "A workload as a whole: its attested subject." };
    private static readonly Option<string> Tenant = new("--tenant") { Description = "The workload's tenant." };
    private static readonly ReasonOption Reason = new();

    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("release", "Let a task, or a workload, out of its quarantine. What was revoked stays dead; it has to ask anew.")
        {
            TaskId, Workload, Tenant, Reason.Option,
        },
        host,
        global,
        OperatorRoles.Responder,
        RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var (task, workload, tenant) = (session.Parsed.GetValue(TaskId), session.Parsed.GetValue(Workload), session.Parsed.GetValue(Tenant));
        if (task is null == workload is null) throw new UsageException("name a task, or a workload by --workload and --tenant");
        if (workload is null != tenant is null) throw new UsageException("--workload and --tenant go together");
        var reason = Reason.Read(session.Parsed);
        if (task is not null) await broker.Quarantines.ReleaseAsync(task, reason, cancellationToken);
        else await broker.Quarantines.ReleaseWorkloadAsync(tenant!, workload!, reason, cancellationToken);
        session.Print.Record(
            new { TaskId = task ?? "", Workload = workload ?? "", Tenant = tenant ?? "", Released = true }, ("task", task), ("workload", workload), ("released", "yes"));
        return ExitCodes.Ok;
    }
}
