using Polly;
using Polly.Retry;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>
/// Calls again where the store certainly has not done what it was asked, as in the moments of a failover. A lost answer is another
/// matter: the store may have done it, and the caller is told to come back.
/// </summary>
internal sealed class StoreRetry(TimeProvider time)
{
    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            // Together less than half a second, so that a caller still has an answer within two.
            MaxRetryAttempts = 3,
            Delay = TimeSpan.FromMilliseconds(40),
            MaxDelay = TimeSpan.FromMilliseconds(120),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is { } fault && WasNotRun(fault)),
        })
        .Build();

    public ValueTask<T> RunAsync<T>(Func<IDatabase, Task<T>> call, IDatabase database, CancellationToken cancellationToken) =>
        _pipeline.ExecuteAsync(
            static async (state, _) => await state.call(state.database), (call, database), cancellationToken);

    /// <summary>Whether the store has certainly not done what it was asked.</summary>
    public static bool WasNotRun(Exception fault) => fault switch
    {
        RedisServerException said => said.Kind is RedisErrorKind.ReadOnly or RedisErrorKind.Loading or RedisErrorKind.ClusterDown
            or RedisErrorKind.TryAgain or RedisErrorKind.MasterDown or RedisErrorKind.NoReplicas,
        RedisConnectionException lost => lost.CommandStatus is CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog,
        _ => false,
    };
}
