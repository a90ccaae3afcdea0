using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Follows an order that somebody made.</summary>
internal static class RevokeWatchCommand
{
    private static readonly Argument<string> OrderId = new("order") { Description = "The order's id, ord_…" };
    private static readonly OrderFollower Follower = new();

    public static Command Create(CliHost host, GlobalOptions global)
    {
        var command = new Command("watch", "Follow a revocation order. Ctrl+C stops the watching, not the order.") { OrderId };
        Follower.AddTo(command);
        return Session.RunAsOperator(command, host, global, OperatorRoles.Viewer, RunAsync);
    }

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        using var stop = new StopSignals();
        return await Follower.FollowAsync(
            session,
            broker,
            session.Parsed.GetRequiredValue(OrderId),
            expected: 0,
            stop,
            last => session.Print.Record(new { Order = last }, OrderLines.Of(last)));
    }
}
