using System.Text.Json;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;

namespace CredBroker.Server.Tests.Revocation;

/// <summary>An operator of a test's own broker.</summary>
internal sealed class Responder(BrokerSite site, BrokerProcess broker, string role = "responder")
{
    private readonly RevocationService.RevocationServiceClient _calls = new(broker.Calls.Channel);

    public RevocationService.RevocationServiceClient Calls => _calls;

    public Metadata Auth
    {
        get
        {
            var tokens = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(site.DataFolder, "operators.json")))!;
            return BrokerCalls.Bearer(tokens[role]);
        }
    }

    public async Task<BlastRadius> PreviewAsync(params LeaseSelector[] selectors)
    {
        var request = new PreviewRequest();
        request.Selectors.AddRange(selectors);
        return (await _calls.PreviewAsync(request, Auth)).BlastRadius;
    }

    public async Task<RevocationOrder> RevokeAsync(long confirm, params LeaseSelector[] selectors)
    {
        var request = new RevokeRequest { Reason = "drill", ConfirmCount = confirm };
        request.Selectors.AddRange(selectors);
        return (await _calls.RevokeAsync(request, Auth)).Order;
    }

    /// <summary>An order as it stands.</summary>
    public async Task<RevocationOrder> GetAsync(string orderId) => (await _calls.GetOrderAsync(new GetOrderRequest { OrderId = orderId }, Auth)).Order;

    /// <summary>Waits until an order has come so far.</summary>
    public async Task<RevocationOrder> UntilAsync(string orderId, Func<RevocationOrder, bool> isThere)
    {
        var order = new RevocationOrder();
        await Eventually.IsTrueAsync(async () => isThere(order = await GetAsync(orderId)), $"{orderId} has come so far", TimeSpan.FromSeconds(60));
        return order;
    }

    /// <summary>Watches an order to its end.</summary>
    public async Task<RevocationOrder> WatchAsync(string orderId)
    {
        using var call = _calls.WatchOrder(new WatchOrderRequest { OrderId = orderId }, Auth, DateTime.MaxValue);
        RevocationOrder? last = null;
        await foreach (var message in call.ResponseStream.ReadAllAsync()) last = message.Order;
        return last ?? throw new InvalidOperationException("Nothing was said of the order.");
    }
}
