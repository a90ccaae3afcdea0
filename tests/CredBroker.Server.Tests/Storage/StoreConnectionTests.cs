using CredBroker.Server.Hosting;
using CredBroker.Server.Storage;
using CredBroker.Server.Storage.Redis;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Storage;

/// <summary>A broker does not start on a store that could lose leases.</summary>
[TestFixture, Category("Store"), Parallelizable(ParallelScope.Self)]
public sealed class StoreConnectionTests
{
    [OneTimeSetUp]
    public async Task SkipWithoutRedisAsync()
    {
        if (await RedisForms.Server.ReasonToSkipAsync() is { } reason) Assert.Ignore(reason);
    }

    [Test]
    public async Task Open_RedisThatEvicts_RefusedWithTheFix()
    {
        await using var server = await RedisServerProcess.StartAsync("--maxmemory-policy", "allkeys-lru");

        Assert.That(async () => await OpenAsync(server), Refused("set maxmemory-policy noeviction"));
    }

    [Test]
    public async Task Open_StoreWithAnotherNumberOfBuckets_Refused()
    {
        await using var server = await RedisServerProcess.StartAsync();
        await server.CommandAsync("SET", "cb:{meta}:buckets", "64");

        Assert.That(async () => await OpenAsync(server), Refused("64 buckets"));
        Assert.That(await server.CommandAsync("GET", "cb:{meta}:buckets"), Is.EqualTo("64"));
    }

    [Test]
    public async Task Open_NobodyAnswers_Refused()
    {
        await using var server = await RedisServerProcess.StartAsync();
        await server.KillAsync();

        Assert.That(async () => await OpenAsync(server), Refused("Storage:Redis does not answer"));
    }

    [Test]
    public async Task Open_NewStore_NotesItsBuckets()
    {
        await using var server = await RedisServerProcess.StartAsync();

        await OpenAsync(server);
        await OpenAsync(server);

        Assert.That(await server.CommandAsync("GET", "cb:{meta}:buckets"), Is.EqualTo("128"));
    }

    private static async Task OpenAsync(RedisServerProcess server)
    {
        using var folder = new ScratchFolder();
        var options = Options.Create(new RedisOptions { ConnectionString = server.ConnectionString });
        await using var connection = new StoreConnection(options, folder.Data, NullLoggerFactory.Instance);
        await connection.OpenAsync(CancellationToken.None);
    }

    private static NUnit.Framework.Constraints.ContainsConstraint Refused(string part) =>
        Throws.TypeOf<StartRefusedException>().With.Message.Contains(part);
}
