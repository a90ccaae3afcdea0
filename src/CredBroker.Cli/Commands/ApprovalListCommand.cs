using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Lists what people are asked to agree to.</summary>
internal static class ApprovalListCommand
{
    private static readonly LimitOption Limit = new();

    private static readonly Option<ApprovalState?> State = new("--state")
    {
        Description = "Only those in this state; all that are remembered unless said.",
        HelpName = "pending|approved|denied|lapsed|used",
    };

    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("list", "List requests for approval, newest first.") { State, Limit.Option }, host, global, OperatorRoles.Approver, RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var requests = await Limit.TakeAsync(session, broker.Approvals.ListAsync(session.Parsed.GetValue(State), cancellationToken));
        session.Print.Table(new { Approvals = requests }, ApprovalView.Columns, requests.Select(ApprovalView.Row));
        return ExitCodes.Ok;
    }
}
