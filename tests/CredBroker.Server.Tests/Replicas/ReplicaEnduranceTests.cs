using System.Globalization;
using CredBroker.Testing.Stores;

namespace CredBroker.Server.Tests.Replicas;

/// <summary>
/// Two and three brokers on one Redis and on a cluster at <c>CREDBROKER_REPLICAS_RATE</c> issues a second, and
/// <c>CREDBROKER_REPLICAS_BETWEEN</c> issues between two disturbances. The rate that was reached is printed, and is not what is tested.
/// </summary>
[TestFixture, Category("Long")]
internal sealed class ReplicaEnduranceTests
{
    private static readonly TimeSpan MostLag = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Load_OneRedis_NothingFailsAndNothingIsLost([Values(2, 3)] int replicas)
    {
        await using var redis = await OwnRedis.StartAsync();

        await RunAsync("redis", redis.ConnectionString, replicas);
    }

    [Test]
    public async Task Load_Cluster_NothingFailsAndNothingIsLost([Values(2, 3)] int replicas)
    {
        // Started here, for a cluster that the assembly shares would hold what other tests have left.
        await using var cluster = await StartClusterAsync();

        await RunAsync("cluster", cluster.ConnectionString, replicas);
    }

    private static Task RunAsync(string store, string redis, int replicas) => new ReplicaRounds(store, redis, replicas, Setting("CREDBROKER_REPLICAS_RATE", 500))
        .RunAsync(Setting("CREDBROKER_REPLICAS_BETWEEN", 2_000), MostLag);

    private static async Task<RedisClusterProcesses> StartClusterAsync()
    {
        try
        {
            return await RedisClusterProcesses.StartAsync();
        }
        catch (StoreMissingException missing) when (!RedisForms.AreRequired)
        {
            Assert.Ignore(missing.Message);
            throw;
        }
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
