using System.Collections.Concurrent;
using System.Net;
using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>
/// What stands between the broker and one cluster: limits that refuse at once, a second try of what is safe to do twice, a circuit
/// breaker for the cluster and each mount, and the time that a call may take. What makes a secret is sent once or not at all.
/// </summary>
internal sealed class VaultPipeline(VaultClusterOptions cluster, TimeProvider time) : IDisposable
{
    private const int Retries = 2;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LeastSampling = TimeSpan.FromSeconds(10);
    private static readonly ResiliencePropertyKey<bool> IsSafe = new("safe");

    private readonly ConcurrentDictionary<string, ResiliencePipeline<HttpResponseMessage>> _lanes = new(StringComparer.Ordinal);
    private readonly ConcurrencyLimiter _places = new(new ConcurrencyLimiterOptions { PermitLimit = cluster.MaxConcurrentCalls, QueueLimit = 0 });

    private readonly TokenBucketRateLimiter? _rate = cluster.CallsPerSecond == 0 ? null : new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
    {
        TokenLimit = cluster.CallsPerSecond,
        TokensPerPeriod = Math.Max(1, cluster.CallsPerSecond / 10),
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
        QueueLimit = 0,
    });

    /// <summary>Sends a request through all of it.</summary>
    /// <param name="send">Sends it once.</param>
    /// <param name="lane">What fails together with it, and shares its breaker.</param>
    /// <param name="isSafe">Whether it may be sent again.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="VaultException">It was not sent: a limit of ours is reached.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Func<CancellationToken, Task<HttpResponseMessage>> send, string lane, bool isSafe, CancellationToken cancellationToken)
    {
        using var place = _places.AttemptAcquire();
        using var turn = _rate?.AttemptAcquire();
        if (!place.IsAcquired || turn?.IsAcquired == false)
            throw new VaultException(VaultFailure.NotSent, $"Vault {cluster.Name} is not asked for more now: the limit of calls is reached.");
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(IsSafe, isSafe);
        try
        {
            return await _lanes.GetOrAdd(lane, Build).ExecuteAsync(async (asked, sent) => await sent(asked.CancellationToken), context, send);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public void Dispose()
    {
        _places.Dispose();
        _rate?.Dispose();
    }

    private ResiliencePipeline<HttpResponseMessage> Build(string lane) => new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = Retries,
            Delay = FirstPause,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = args => ValueTask.FromResult(args.Context.Properties.GetValue(IsSafe, false) && IsWorthASecondTry(args.Outcome)),
            OnRetry = args =>
            {
                args.Outcome.Result?.Dispose();
                return default;
            },
        })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
        {
            FailureRatio = 0.9,
            MinimumThroughput = cluster.FailuresBeforeBreak,
            SamplingDuration = cluster.BreakFor > LeastSampling ? cluster.BreakFor : LeastSampling,
            BreakDuration = cluster.BreakFor,
            ShouldHandle = args => ValueTask.FromResult(IsAway(args.Outcome)),
        })
        .AddTimeout(cluster.CallTimeout)
        .Build();

    // What has timed out once has cost the time of three calls by the third try; the queue tries it again with more patience.
    private static bool IsWorthASecondTry(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException || outcome.Result?.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.BadGateway;

    private static bool IsAway(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException
        || outcome.Result?.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
}
