using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Asks a broker what a task would get, and why. Nothing is issued.</summary>
internal static class PolicyExplainCommand
{
    private static readonly Option<string> TaskId = new("--task") { Description = "The task, tsk_…", Required = true };
    private static readonly Option<string> Template = new("--template") { Description = "The template.", Required = true };
    private static readonly Option<Capability[]> Capabilities = CapabilityOption();
    private static readonly Option<TimeSpan?> Ttl = DurationText.Option("--ttl", "How long it would be wanted");

    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("explain", "Tell what a task would get of a template, and why; nothing is issued.") { TaskId, Template, Capabilities, Ttl },
        host, global, OperatorRoles.Viewer, RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var request = new CredentialRequest(session.Parsed.GetRequiredValue(Template))
        {
            Capabilities = session.Parsed.GetValue(Capabilities) is { Length: > 0 } capabilities ? capabilities : [Capability.Read],
            Ttl = session.Parsed.GetValue(Ttl),
        };
        var explanation = await broker.Platform.ExplainAsync(session.Parsed.GetRequiredValue(TaskId), request, cancellationToken);
        session.Print.Record(
            explanation,
            ("decision", explanation.Allowed ? "allow" : explanation.IsPending ? "pending" : "deny"),
            ("reason", explanation.Reason.Length == 0 ? null : explanation.Reason),
            ("policies", string.Join(", ", explanation.Policies)),
            ("policy version", explanation.PolicyVersion),
            ("ttl", explanation.Ttl is { } ttl ? $"{ttl:c}" : null),
            ("approval of", explanation.ApprovalGroups.Count == 0 ? null : string.Join(" and ", explanation.ApprovalGroups)));
        return explanation.Allowed ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private static Option<Capability[]> CapabilityOption()
    {
        var option = new Option<Capability[]>("--capability") { Description = "What it would be wanted for; may be repeated. Read unless said.", HelpName = "read|write|delegate" };
        option.AcceptOnlyFromAmong("read", "write", "delegate");
        return option;
    }
}
