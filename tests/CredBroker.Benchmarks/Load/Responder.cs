using System.Diagnostics;
using CredBroker.Benchmarks.Processes;
using CredBroker.Protocol.V1;
using Grpc.Core;

namespace CredBroker.Benchmarks.Load;

/// <summary>An operator who may revoke.</summary>
internal sealed class Responder(BrokerStack stack)
{
    private readonly RevocationService.RevocationServiceClient _client = new(stack.Broker.Channel);
    private readonly Metadata _headers = new() { { "authorization", $"Bearer {stack.ResponderToken()}" } };

    /// <summary>How many leases a revocation would hit.</summary>
    public async Task<long> PreviewAsync(LeaseSelector selector) =>
        (await _client.PreviewAsync(new PreviewRequest { Selectors = { selector } }, _headers)).BlastRadius.Total;

    public async Task<RevocationOrder> RevokeAsync(LeaseSelector selector, long count) =>
        (await _client.RevokeAsync(new RevokeRequest { Selectors = { selector }, Reason = "benchmark", ConfirmCount = count }, _headers)).Order;

    /// <summary>Waits until the order has killed as many as it should.</summary>
    public async Task UntilDoneAsync(string orderId, long dead, TimeSpan poll, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var order = (await _client.GetOrderAsync(new GetOrderRequest { OrderId = orderId }, _headers, cancellationToken: cancellationToken)).Order;
            if (order.State == RevocationOrder.Types.State.Done)
            {
                if (order.Dead != dead) throw new BenchException($"The order killed {order.Dead} of {dead} leases.");
                return;
            }

            if (Stopwatch.GetElapsedTime(begun) > atMost) throw new BenchException($"The order has killed {order.Dead} of {dead} leases in {atMost}.");
            await Task.Delay(poll, TimeProvider.System, cancellationToken);
        }
    }
}
