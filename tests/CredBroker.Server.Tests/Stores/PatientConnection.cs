using CredBroker.Testing.Stores;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Stores;

/// <summary>A connection to servers that may have only just started or failed over.</summary>
internal static class PatientConnection
{
    public static Task<ConnectionMultiplexer> OpenAsync(IRedisServers servers)
    {
        var options = ConfigurationOptions.Parse(servers.ConnectionString);
        options.ConnectTimeout = 20_000;
        options.AsyncTimeout = 20_000;
        options.ConnectRetry = 5;
        return ConnectionMultiplexer.ConnectAsync(options);
    }
}
