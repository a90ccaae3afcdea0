using CredBroker.Server.Tests.Faults;
using CredBroker.Testing.Broker;

namespace CredBroker.Server.Tests.Hosting;

/// <summary>What is over takes no memory: a broker that has issued and ended four times as much is no larger for it.</summary>
[TestFixture, Category("Long")]
internal sealed class MemoryTests
{
    private const int Leases = 10_000;
    private const int PerTask = 50;
    private const int AtOnce = 8;
    private const int Megabyte = 1024 * 1024;

    /// <summary>The record of each lease, were it kept, comes to more (34 MB, measured); what a heap breathes is less (8 MB).</summary>
    private const long MaxGrowth = 20 * Megabyte;

    /// <summary>A small youngest generation: the size of the process then says what is kept, not what waits to be collected.</summary>
    private static readonly Dictionary<string, string> Thrifty = new() { ["DOTNET_gcServer"] = "0", ["DOTNET_gcConcurrent"] = "0", ["DOTNET_GCgen0size"] = "0x400000" };

    [Test]
    public async Task IssueAndEnd_TenThousandFourTimes_NoGrowth()
    {
        await using var store = await OwnStore.StartAsync();
        await using var broker = await BrokerProcess.StartAsync(store.Site, environment: Thrifty);

        await IssueAndEndAsync(broker.Calls);
        var first = broker.ResidentBytes;
        for (var more = 0; more < 3; more++) await IssueAndEndAsync(broker.Calls);
        var last = broker.ResidentBytes;

        await TestContext.Out.WriteLineAsync($"{first / Megabyte} MB after {Leases} leases, {last / Megabyte} MB after {4 * Leases}");
        Assert.That(last - first, Is.LessThan(MaxGrowth));
    }

    private static async Task IssueAndEndAsync(BrokerCalls calls)
    {
        foreach (var round in Enumerable.Range(0, Leases / PerTask).Chunk(AtOnce)) await Task.WhenAll(round.Select(_ => LiveAsync(calls)));
    }

    private static async Task LiveAsync(BrokerCalls calls)
    {
        var task = await calls.OpenAsync();
        for (var i = 0; i < PerTask; i++) await task.IssueAsync(key: $"attempt-{i}");
        var receipt = await task.EndAsync();
        Assert.That((receipt.Total, receipt.Pending), Is.EqualTo(((long)PerTask, 0L)));
    }
}
