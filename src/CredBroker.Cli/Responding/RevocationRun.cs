using System.CommandLine;
using CredBroker.Client;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Responding;

/// <summary>Look, confirm, order, follow: how every revocation by hand goes.</summary>
internal sealed class RevocationRun
{
    private readonly ReasonOption _reason = new();
    private readonly CountConfirmation _confirmation = new();
    private readonly OrderFollower _follower = new();

    public void AddTo(Command command)
    {
        command.Add(_reason.Option);
        _confirmation.AddTo(command);
        _follower.AddTo(command);
    }

    public async Task<int> RunAsync(Session session, CredBrokerOperator broker, IReadOnlyList<LeaseSelector> selectors, CancellationToken cancellationToken)
    {
        var reason = _reason.Read(session.Parsed);
        var radius = await broker.Revocations.PreviewAsync(selectors, cancellationToken);
        BlastRadiusView.Write(session.People, selectors, radius);
        if (!await _confirmation.IsGivenAsync(session, radius.Total, cancellationToken)) return ExitCodes.NotConfirmed;
        // From here on a signal must not leave the order half known: it only ends the watching.
        using var stop = new StopSignals();
        var order = await OrderAsync(session, broker, selectors, reason, radius.Total);
        await session.Error.WriteLineAsync($"ordered {order.Id}; fence {order.FenceId} stands.");
        return await _follower.FollowAsync(
            session, broker, order.Id, radius.Total, stop, last => session.Print.Record(new { BlastRadius = radius, Order = last }, OrderLines.Of(last)));
    }

    private static async Task<RevocationOrder> OrderAsync(
        Session session, CredBrokerOperator broker, IReadOnlyList<LeaseSelector> selectors, string reason, long count)
    {
        try
        {
            return await broker.Revocations.OrderAsync(selectors, reason, count, CancellationToken.None);
        }
        catch (BrokerUnavailableException)
        {
            await session.Error.WriteLineAsync("credbroker: the order may stand all the same. Look for its fence: credbroker fence list. Without one, order again.");
            throw;
        }
    }
}
