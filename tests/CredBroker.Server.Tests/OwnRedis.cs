using CredBroker.Testing.Stores;

namespace CredBroker.Server.Tests;

/// <summary>A Redis for tests that do to it what they like.</summary>
internal static class OwnRedis
{
    /// <summary>Starts one; where Redis is not installed the test is skipped, or fails if it must not be missing.</summary>
    public static async Task<RedisServerProcess> StartAsync(params string[] arguments)
    {
        try
        {
            return await RedisServerProcess.StartAsync(arguments);
        }
        catch (StoreMissingException missing) when (!RedisForms.AreRequired)
        {
            Assert.Ignore(missing.Message);
            throw;
        }
    }
}
