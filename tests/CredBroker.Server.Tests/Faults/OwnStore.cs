using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;

namespace CredBroker.Server.Tests.Faults;

/// <summary>A store and a site on it, both for one test alone.</summary>
internal sealed class OwnStore : IAsyncDisposable
{
    private OwnStore(RedisServerProcess? redis)
    {
        Redis = redis!;
        Site = new BrokerSite(redis?.ConnectionString);
        // Ports change from start to start, and tokens must stay good.
        Site.Settings["Tokens:Issuer"] = "http://credbroker.acme.test";
    }

    public BrokerSite Site { get; }

    /// <summary>The Redis; there is none where the store is embedded.</summary>
    public RedisServerProcess Redis { get; }

    public static async Task<OwnStore> StartAsync(StoreForm form = StoreForm.Redis)
    {
        if (form == StoreForm.Embedded) return new OwnStore(null);
        return await StartRedisAsync();
    }

    /// <summary>A Redis with settings of its own.</summary>
    public static async Task<OwnStore> StartRedisAsync(params string[] arguments) => new(await OwnRedis.StartAsync(arguments));

    public async ValueTask DisposeAsync()
    {
        Site.Dispose();
        if (Redis is not null) await Redis.DisposeAsync();
    }
}
