using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Faults;

/// <summary>A Redis that is nearly full keeps its room for what ends leases.</summary>
[TestFixture, Category("Fault")]
internal sealed class NearlyFullStoreTests
{
    private const long Limit = 32 * 1024 * 1024;

    [Test]
    public async Task Issue_StoreNearlyFull_RefusedUntilThereIsRoomAndRevocationGoesOn()
    {
        await using var store = await OwnStore.StartRedisAsync("--maxmemory", $"{Limit}");
        await using var broker = await BrokerProcess.StartAsync(store.Site);
        var task = await broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync()).Lease.Id;
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{store.Redis.ConnectionString},allowAdmin=true");
        await FillAsync(redis, 0.9);

        await Eventually.IsTrueAsync(() => IsRefusedAsync(task), "issuing stops");
        await Refused.WithAsync(StatusCode.Unavailable, "STORE_UNAVAILABLE", () => broker.Calls.OpenAsync());

        Assert.That((await broker.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = lease }, task.Auth)).Lease.State, Is.EqualTo(LeaseState.Revoked));
        Assert.That(broker.Output, Does.Contain("is nearly full"));
        await redis.GetDatabase().KeyDeleteAsync("filler");
        await Eventually.IsTrueAsync(async () => !await IsRefusedAsync(task), "issuing goes on");
        Assert.That((await task.EndAsync()).Pending, Is.Zero);
    }

    private static async Task<bool> IsRefusedAsync(OpenedTask task)
    {
        try
        {
            await task.IssueAsync();
            return false;
        }
        catch (RpcException refusal)
        {
            await Refused.WithAsync(StatusCode.Unavailable, "STORE_UNAVAILABLE", () => Task.FromException(refusal));
            Assert.That(Refused.RetryOf(refusal), Is.GreaterThan(TimeSpan.Zero));
            return true;
        }
    }

    /// <summary>Writes one long string, until so much of the memory is in use.</summary>
    private static async Task FillAsync(ConnectionMultiplexer redis, double part)
    {
        const int Step = 1024 * 1024;
        var server = redis.GetServers()[0];
        for (var size = 0; await UsedAsync(server) < part * Limit; size += Step) await redis.GetDatabase().StringSetRangeAsync("filler", size, new byte[Step]);
    }

    private static async Task<long> UsedAsync(IServer server) =>
        long.Parse((await server.InfoAsync("memory"))[0].Single(field => field.Key == "used_memory").Value);
}
