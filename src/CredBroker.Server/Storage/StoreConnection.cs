using System.Globalization;
using CredBroker.Server.Hosting;
using CredBroker.Server.Storage.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CredBroker.Server.Storage;

/// <summary>The open connection to the store, and the embedded store itself where that is used.</summary>
internal sealed class StoreConnection(IOptions<RedisOptions> options, DataFolder data, ILoggerFactory loggers) : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromMilliseconds(250);
    private EmbeddedStore.EmbeddedStore? _embedded;
    private ConnectionMultiplexer? _multiplexer;
    private IDatabase? _database;

    public IConnectionMultiplexer Multiplexer => _multiplexer ?? throw NotOpen();

    public IDatabase Database => _database ?? throw NotOpen();

    /// <summary>What kind of store it is: <c>embedded</c>, <c>single</c>, <c>sentinel</c> or <c>cluster</c>.</summary>
    public string Form { get; private set; } = "";

    /// <summary>Opens the store and refuses one that could lose leases.</summary>
    /// <exception cref="StartRefusedException">It does not answer, or is not set up for leases; the message says what to do.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var configuration = await ConfigureAsync(cancellationToken);
        try
        {
            _multiplexer = await ConnectionMultiplexer.ConnectAsync(configuration);
            _database = _multiplexer.GetDatabase();
            Form = FormOf(configuration, _multiplexer);
            if (_embedded is null) await new StoreInspection(loggers.CreateLogger<StoreInspection>()).InspectAsync(_multiplexer);
            await RequireBucketsAsync(_database);
        }
        catch (Exception exception) when (exception is RedisException or RedisTimeoutException or RedisCommandException)
        {
            throw new StartRefusedException(
                "Storage:Redis does not answer as it should: see that it runs and that Storage:Redis:ConnectionString is right.", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_multiplexer is not null) await _multiplexer.DisposeAsync();
        if (_embedded is not null) await _embedded.DisposeAsync();
    }

    private async Task<ConfigurationOptions> ConfigureAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        ConfigurationOptions configuration;
        if (settings.IsEmbedded)
        {
            _embedded = await StartEmbeddedAsync(cancellationToken);
            configuration = new ConfigurationOptions { EndPoints = { _embedded.EndPoint } };
        }
        else
        {
            configuration = RedisAccess.Configure(settings);
        }

        var call = (int)settings.CallTimeout.TotalMilliseconds;
        configuration.ClientName = "credbroker";
        configuration.AsyncTimeout = call;
        configuration.SyncTimeout = call;
        // Timeouts are looked for at each heartbeat only; a caller is not to wait a second longer for that.
        configuration.HeartbeatInterval = HeartbeatInterval;
        configuration.ConnectTimeout = (int)ConnectTimeout.TotalMilliseconds;
        configuration.AbortOnConnectFail = true;
        // Masters are told apart by roles; the library would write a key of its own to choose between two.
        configuration.TieBreaker = "";
        // The library keeps INFO, which tells whether the store evicts, for connections that say so.
        configuration.AllowAdmin = true;
        // A call that cannot be sent now fails now: the caller is told to come back, and nothing is sent twice behind its back.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        return configuration;
    }

    private string FormOf(ConfigurationOptions configuration, ConnectionMultiplexer multiplexer)
    {
        if (_embedded is not null) return "embedded";
        if (configuration.ServiceName is { Length: > 0 }) return "sentinel";
        return multiplexer.GetServers().Any(server => server.ServerType == ServerType.Cluster) ? "cluster" : "single";
    }

    private async Task<EmbeddedStore.EmbeddedStore> StartEmbeddedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await EmbeddedStore.EmbeddedStore.StartAsync(data.File("store"), loggers: loggers, cancellationToken: cancellationToken);
        }
        catch (EmbeddedStore.EmbeddedStoreException exception)
        {
            throw new StartRefusedException(exception.Message, exception);
        }
    }

    private static async Task RequireBucketsAsync(IDatabase database)
    {
        RedisKey key = "cb:{meta}:buckets";
        // Written once; a store that is full has to be opened as well, to be made less full.
        if (!await database.KeyExistsAsync(key)) await database.StringSetAsync(key, Buckets.Count, when: When.NotExists);
        var count = (int)await database.StringGetAsync(key);
        if (count != Buckets.Count)
        {
            throw new StartRefusedException(string.Create(
                CultureInfo.InvariantCulture,
                $"This store was first used with {count} buckets and this broker uses {Buckets.Count}: give it an empty store."));
        }
    }

    private static RefusedException NotOpen() => RedisStore.Unavailable();
}
