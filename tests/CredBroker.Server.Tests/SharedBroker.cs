using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;

namespace CredBroker.Server.Tests;

/// <summary>One broker on one Redis for every test that changes neither; made by the first that asks, gone after the last.</summary>
[SetUpFixture]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Structure", "NUnit1032", Justification = "The fixture disposes of them; the analyzer does not see it.")]
internal sealed class SharedBroker
{
    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static RedisServerProcess? _redis;
    private static BrokerSite? _site;
    private static BrokerProcess? _broker;

    /// <summary>The broker; it has been told to log all that it can.</summary>
    public static async Task<BrokerProcess> GetAsync()
    {
        var redis = await GetRedisAsync();
        await Gate.WaitAsync();
        try
        {
            if (_broker is not null) return _broker;
            _site = new BrokerSite(redis.ConnectionString);
            foreach (var category in new[] { "Default", "Microsoft.AspNetCore", "Grpc" }) _site.Settings[$"Logging:LogLevel:{category}"] = "Trace";
            return _broker = await BrokerProcess.StartAsync(_site);
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>The Redis, of which the shared broker has database 0.</summary>
    public static async Task<RedisServerProcess> GetRedisAsync()
    {
        await Gate.WaitAsync();
        try
        {
            return _redis ??= await OwnRedis.StartAsync();
        }
        finally
        {
            Gate.Release();
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _site?.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
    }
}
