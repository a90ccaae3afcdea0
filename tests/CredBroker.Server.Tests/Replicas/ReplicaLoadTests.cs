namespace CredBroker.Server.Tests.Replicas;

/// <summary>
/// Two brokers on one Redis, of which one is killed and each is stopped, under a load that goes on. <c>scripts/replicas.sh</c> does it at length.
/// </summary>
[TestFixture, Category("Fault"), Parallelizable(ParallelScope.Self)]
internal sealed class ReplicaLoadTests
{
    private const double Rate = 100;
    private const int Between = 60;

    // By the store's clock; what is bounded here is a broker that waits for something, and not how busy this machine is.
    private static readonly TimeSpan MostLag = TimeSpan.FromSeconds(8);

    [Test]
    public async Task Load_OneKilledAndEachStopped_NothingFailsAndNothingIsLost()
    {
        await using var redis = await OwnRedis.StartAsync();

        await new ReplicaRounds("redis", redis.ConnectionString, replicas: 2, Rate).RunAsync(Between, MostLag);
    }
}
