using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;

namespace CredBroker.Server.Tests.Faults;

/// <summary>What a responder looks at first is what is.</summary>
[TestFixture, Category("Fault")]
internal sealed class StatusTests
{
    [Test]
    public async Task GetStatus_BackendAway_TellsWhatWaitsForIt()
    {
        await using var bench = await CrashBench.StartAsync();
        var broker = await bench.StartBrokerAsync();
        var task = await broker.Calls.OpenAsync();
        await task.IssueAsync("scripted");
        await task.IssueAsync("scripted");
        Assert.That((await ReadAsync(broker)).QueueDepth, Is.Zero);
        bench.Service.IsDown = true;
        await task.EndAsync();

        var status = await ReadAsync(broker);

        Assert.That((status.Store, status.QueueDepth, status.DeadLetters), Is.EqualTo(("single", 2L, 0L)));
        bench.Service.IsDown = false;
        await Eventually.IsTrueAsync(async () => (await ReadAsync(broker)).QueueDepth == 0, "nothing waits any more");
    }

    private static async Task<GetStatusResponse> ReadAsync(BrokerProcess broker) => await broker.Calls.Governance.GetStatusAsync(new GetStatusRequest());
}
