using CredBroker.Server.Storage.Redis;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tokens;

/// <summary>Warns where a store that several brokers can share meets a key that they cannot.</summary>
internal sealed partial class OwnKeyWarning(IOptions<RedisOptions> redis, ILogger<OwnKeyWarning> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!redis.Value.IsEmbedded) LogOwnKey();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "This broker has a signing key of its own (Tokens:Keys:Source file): another broker on the same Redis would publish another one. Set Tokens:Keys:Source to store, or Tokens:Keys:Path to files that all have.")]
    private partial void LogOwnKey();
}
