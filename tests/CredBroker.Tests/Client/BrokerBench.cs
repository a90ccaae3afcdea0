using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Testing.Broker;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Client;

/// <summary>A fake broker, a clock that the test moves, and a client of the two.</summary>
internal sealed class BrokerBench : IAsyncDisposable
{
    private BrokerBench(FakeBroker broker, FakeTimeProvider time, CredBrokerClient client)
    {
        Broker = broker;
        Time = time;
        Client = client;
    }

    public FakeBroker Broker { get; }

    public FakeTimeProvider Time { get; }

    public CredBrokerClient Client { get; }

    public static async Task<BrokerBench> StartAsync(IEvidenceSource? evidence = null, TimeSpan? callTimeout = null)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var broker = await FakeBroker.StartAsync(time);
        var options = new CredBrokerOptions { Address = broker.Address, CallTimeout = callTimeout ?? TimeSpan.FromMinutes(2) };
        var source = evidence ?? new StaticEvidenceSource(WorkloadEvidence.FromText(WorkloadEvidence.SpiffeJwt, "the-svid"));
        return new BrokerBench(broker, time, new CredBrokerClient(options, source, time));
    }

    public Task<BrokerTask> OpenAsync() => Client.OpenTaskAsync(new TaskRequest("reconcile-invoices") { Intent = "match March invoices to payments" });

    public int CountOf(string method) => Broker.Calls.Count(c => c.Method == method);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Broker.DisposeAsync();
    }
}
