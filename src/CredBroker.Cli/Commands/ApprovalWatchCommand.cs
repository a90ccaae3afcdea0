using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Tells of what people are asked to agree to, as it comes and changes.</summary>
internal static class ApprovalWatchCommand
{
    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("watch", "Print the pending requests, then each as it comes and changes, until Ctrl+C."), host, global, OperatorRoles.Approver, RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        using var stop = new StopSignals();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, cancellationToken);
        try
        {
            await foreach (var request in broker.Approvals.WatchAsync(either.Token)) session.Print.Record(request, ApprovalView.Of(request));
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Whoever watched has seen enough.
        }

        return ExitCodes.Ok;
    }
}
