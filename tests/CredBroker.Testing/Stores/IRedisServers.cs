namespace CredBroker.Testing.Stores;

/// <summary>Running Redis servers that belong to the test: one, a cluster, or a pair watched by sentinels.</summary>
public interface IRedisServers : IAsyncDisposable
{
    /// <summary>For StackExchange.Redis.</summary>
    string ConnectionString { get; }
}
