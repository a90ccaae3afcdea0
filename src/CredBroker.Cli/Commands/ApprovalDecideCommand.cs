using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Agrees to a request, or refuses it.</summary>
internal sealed class ApprovalDecideCommand
{
    private readonly Argument<string> _id = new("approval") { Description = "The request's id, apr_…" };
    private readonly ReasonOption _reason = new();
    private readonly bool _approve;

    private ApprovalDecideCommand(bool approve) => _approve = approve;

    public static Command CreateApprove(CliHost host, GlobalOptions global) =>
        new ApprovalDecideCommand(approve: true).Create("approve", "Agree to a request. It can then be used once, for what it says, until it lapses.", host, global);

    public static Command CreateDeny(CliHost host, GlobalOptions global) =>
        new ApprovalDecideCommand(approve: false).Create("deny", "Refuse a request. One no is enough.", host, global);

    private Command Create(string name, string description, CliHost host, GlobalOptions global) =>
        Session.RunAsOperator(new Command(name, description) { _id, _reason.Option }, host, global, OperatorRoles.Approver, RunAsync);

    private async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var request = await broker.Approvals.DecideAsync(
            session.Parsed.GetRequiredValue(_id), _approve, _reason.Read(session.Parsed), cancellationToken);
        session.Print.Record(request, ApprovalView.Of(request));
        if (_approve && request.State == ApprovalState.Pending) await session.Error.WriteLineAsync("pending: more people have to agree.");
        return ExitCodes.Ok;
    }
}
