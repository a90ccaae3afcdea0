using DotNet.Testcontainers.Builders;
using Testcontainers.Redis;

namespace CredBroker.Testing.Stores;

/// <summary>A Redis in a container of the test's own, as a user of Docker would run it.</summary>
public sealed class RedisInContainer : IRedisServers
{
    private const string Image = "redis:7.0";
    private readonly RedisContainer _container;

    private RedisInContainer(RedisContainer container) => _container = container;

    /// <inheritdoc/>
    public string ConnectionString => _container.GetConnectionString();

    /// <summary>Starts one and waits until it answers.</summary>
    /// <exception cref="StoreMissingException">There is no Docker engine that answers.</exception>
    public static async Task<RedisInContainer> StartAsync()
    {
        try
        {
            var container = new RedisBuilder(Image)
                .WithCommand("redis-server", "--protected-mode", "no", "--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction")
                .Build();
            await container.StartAsync();
            return new RedisInContainer(container);
        }
        catch (DockerUnavailableException e)
        {
            throw new StoreMissingException("No Docker engine answers: start one, or run .ci/run, which does.", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _container.DisposeAsync();
}
