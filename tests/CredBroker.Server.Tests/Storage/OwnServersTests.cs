using CredBroker.Server.Tests.Stores;
using CredBroker.Testing.Stores;
using CredBroker.Testing.Verification;

namespace CredBroker.Server.Tests.Storage;

/// <summary>Servers that a test has to itself can be killed, paused and failed over.</summary>
[TestFixture, Category("Store"), Parallelizable(ParallelScope.Self)]
public sealed class OwnServersTests
{
    [Test]
    public async Task StartAgainAsync_AfterKillAndPause_HasTheSameData()
    {
        await using var server = await RedisServerProcess.StartAsync("--appendfsync", "always");
        await server.CommandAsync("SET", "a", "1");
        await server.KillAsync();
        await server.StartAgainAsync();
        server.Pause();
        var answer = server.CommandAsync("GET", "a");
        server.Continue();

        Assert.That(await answer, Is.EqualTo("1"));
        Assert.That(await server.CommandAsync("CONFIG", "GET", "maxmemory-policy"), Does.Contain("noeviction"));
    }

    [Test]
    public async Task FailOverAsync_Cluster_SwapsAMasterAndKeepsItsKeys()
    {
        await using var cluster = await RedisClusterProcesses.StartAsync();
        await using var connection = await PatientConnection.OpenAsync(cluster);
        for (var i = 0; i < 50; i++) await connection.GetDatabase().StringSetAsync($"key:{i}", i);
        var masters = await cluster.MastersAsync();
        Assert.That(masters, Has.Count.EqualTo(3));

        await cluster.FailOverAsync(masters[0]);

        Assert.That(await cluster.MastersAsync(), Has.Count.EqualTo(3).And.No.Member(masters[0]));
        await using var after = await PatientConnection.OpenAsync(cluster);
        for (var i = 0; i < 50; i++) Assert.That((int)await after.GetDatabase().StringGetAsync($"key:{i}"), Is.EqualTo(i));
    }

    [Test]
    public async Task FailOverAsync_Sentinel_MakesTheReplicaMaster()
    {
        await using var watched = await RedisSentinelProcesses.StartAsync();
        var before = await watched.MasterAsync();
        // It takes none until its replica has told it how far it is.
        await Eventually.IsTrueAsync(async () => (await before.CommandAsync("SET", "a", "1")).Trim() == "OK", "the master takes writes");
        await Eventually.IsTrueAsync(async () => (await before.CommandAsync("WAIT", "1", "1000")).Trim() == "1", "the replica has it");

        await watched.FailOverAsync();

        Assert.That(await watched.MasterAsync(), Is.Not.SameAs(before));
        await using var connection = await PatientConnection.OpenAsync(watched);
        Assert.That((int)await connection.GetDatabase().StringGetAsync("a"), Is.EqualTo(1));
    }
}
