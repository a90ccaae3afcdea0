namespace CredBroker.Testing.Stores;

/// <summary>The ways to have Redis that tests know. A test assembly closes them once, when its tests have run.</summary>
public static class RedisForms
{
    private const string AddressVariable = "CREDBROKER_TEST_REDIS";
    private const string RequiredVariable = "CREDBROKER_REQUIRE_STORES";

    /// <summary>Whether a store that is missing is a failure.</summary>
    public static bool AreRequired => Environment.GetEnvironmentVariable(RequiredVariable) == "1";

    /// <summary>The server that <c>CREDBROKER_TEST_REDIS</c> names; tests may empty it. Null where it names none.</summary>
    public static RedisForm? Named { get; } = Environment.GetEnvironmentVariable(AddressVariable) is { Length: > 0 } address
        ? new RedisForm("named", required: true, () => Task.FromResult<IRedisServers>(new NamedRedis(address)))
        : null;

    /// <summary>A server as a process.</summary>
    public static RedisForm Server { get; } = new("redis", required: true, async () => await RedisServerProcess.StartAsync());

    /// <summary>A cluster of six processes.</summary>
    public static RedisForm Cluster { get; } = new("cluster", required: true, async () => await RedisClusterProcesses.StartAsync());

    /// <summary>A pair of processes with sentinels.</summary>
    public static RedisForm Sentinel { get; } = new("sentinel", required: true, async () => await RedisSentinelProcesses.StartAsync());

    /// <summary>A server in a container.</summary>
    public static RedisForm Container { get; } = new("container", required: false, async () => await RedisInContainer.StartAsync());

    /// <summary>All of them, for suites that run on every form that is there.</summary>
    public static IReadOnlyList<RedisForm> All { get; } = [.. new[] { Named, Server, Cluster, Sentinel, Container }.OfType<RedisForm>()];

    /// <summary>The one for tests that need any Redis: the named one, else a container, else a process.</summary>
    /// <exception cref="StoreMissingException">There is none of them.</exception>
    public static async Task<IRedisServers> AnyAsync()
    {
        if (Named is not null) return await Named.GetAsync();
        return await (await Container.ReasonToSkipAsync() is null ? Container : Server).GetAsync();
    }

    /// <summary>Ends what was started.</summary>
    public static async Task CloseAsync()
    {
        foreach (var form in All) await form.CloseAsync();
    }

    private sealed class NamedRedis(string address) : IRedisServers
    {
        public string ConnectionString => address;

        // It is not ours to end.
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
