using System.CommandLine;
using CredBroker.Client;
using CredBroker.Client.Operators;
using Spectre.Console;

namespace CredBroker.Cli.Responding;

/// <summary>Follows an order until nothing more happens to it, or nobody wants to look any longer. The order goes on either way.</summary>
internal sealed class OrderFollower
{
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(60);

    private readonly Option<TimeSpan?> _wait = DurationText.Option(
        "--wait", "How long to wait for backends once all is fenced; 60s unless said");

    public void AddTo(Command command) => command.Add(_wait);

    /// <summary>Follows it; the exit code says how it stood at last.</summary>
    /// <param name="session">The run.</param>
    /// <param name="broker">The broker.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="expected">How many leases were previewed; 0 = not known.</param>
    /// <param name="stop">What makes it stop watching.</param>
    /// <param name="print">Prints the order as it stood at last.</param>
    public async Task<int> FollowAsync(
        Session session, CredBrokerOperator broker, string orderId, long expected, StopSignals stop, Action<RevocationOrder> print)
    {
        RevocationOrder? last = null;
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, session.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, patience.Token);
        var wait = session.Parsed.GetValue(_wait) ?? UsualWait;
        try
        {
            await ShowingAsync(session.People, session.Error, expected, progress => WatchAsync(progress));
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Said below.
        }
        catch (Exception e) when (e is BrokerException or UsageException)
        {
            GoesOn(session, orderId);
            throw;
        }
        if (last is not null) print(last);
        if (stop.Number == 0 && last is not null) return Verdict(session, last);
        GoesOn(session, orderId);
        return ExitCodes.Signalled + stop.Number;

        async Task WatchAsync(IOrderProgress progress)
        {
            await foreach (var order in broker.Revocations.WatchAsync(orderId, either.Token))
            {
                var fenced = order.State == RevocationOrderState.Done && last?.State != RevocationOrderState.Done;
                last = order;
                progress.Show(order);
                if (fenced) patience.CancelAfter(wait);
            }
        }
    }

    /// <summary>Says in words what an order has come to; the exit code that goes with it.</summary>
    public static int Verdict(Session session, RevocationOrder order)
    {
        foreach (var line in OrderVerdict.Of(order)) session.Error.WriteLine(line);
        return order.IsComplete ? ExitCodes.Ok : ExitCodes.Partial;
    }

    private static async Task ShowingAsync(IAnsiConsole people, TextWriter error, long expected, Func<IOrderProgress, Task> follow)
    {
        if (people.Profile.Capabilities.Interactive) await OrderBars.On(people).StartAsync(context => follow(new OrderBars(context, expected)));
        else await follow(new OrderTicker(error));
    }

    private static void GoesOn(Session session, string orderId) =>
        session.Error.WriteLine($"credbroker: no longer watching; the order goes on. To watch it again: credbroker revoke watch {orderId}");
}
