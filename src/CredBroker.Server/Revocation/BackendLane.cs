using System.Threading.RateLimiting;
using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Revocation;
using Polly;
using Polly.CircuitBreaker;

namespace CredBroker.Server.Revocation;

/// <summary>
/// One backend's share of the revocation work: its own limit of attempts under way, its own rate and its own circuit
/// breaker, so that a backend that is down holds up nobody else.
/// </summary>
internal sealed class BackendLane : IAsyncDisposable
{
    private readonly string _backend;
    private readonly IRevocationBacklog _backlog;
    private readonly BackendRevoker _revoker;
    private readonly RevocationOptions _options;
    private readonly TokenBucketRateLimiter _rate;
    private readonly ResiliencePipeline<BackendRevocation> _breaker;

    public BackendLane(string backend, IRevocationBacklog backlog, BackendRevoker revoker, RevocationOptions options, TimeProvider time)
    {
        _backend = backend;
        _backlog = backlog;
        _revoker = revoker;
        _options = options;
        _rate = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(1, options.RatePerBackend / 5),
            TokensPerPeriod = Math.Max(1, options.RatePerBackend / 5),
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(200),
            QueueLimit = options.InFlightPerBackend,
        });
        _breaker = new ResiliencePipelineBuilder<BackendRevocation> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<BackendRevocation>
            {
                FailureRatio = 1,
                MinimumThroughput = Math.Max(2, options.FailuresBeforeBreak),
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = options.BreakFor,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is BackendRevocation.Unavailable or BackendRevocation.Failed),
            })
            .Build();
    }

    /// <summary>Works off what is due now; returns how many entries it took.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var due = await _backlog.ReadDueAsync(_backend, _options.InFlightPerBackend * 4, cancellationToken);
        var taken = 0;
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = _options.InFlightPerBackend, CancellationToken = cancellationToken },
            async (entry, token) =>
            {
                if (await AttemptAsync(entry, token)) Interlocked.Increment(ref taken);
            });
        return taken;
    }

    public ValueTask DisposeAsync() => _rate.DisposeAsync();

    private async Task<bool> AttemptAsync(QueuedRevocation entry, CancellationToken cancellationToken)
    {
        using var lease = await _rate.AcquireAsync(1, cancellationToken);
        if (!lease.IsAcquired) return false;
        try
        {
            // The breaker stands before the claim: what is not attempted is not counted either.
            await _breaker.ExecuteAsync(
                async token => await ClaimAndRevokeAsync(entry, token) ?? BackendRevocation.Confirmed, cancellationToken);
            return true;
        }
        catch (BrokenCircuitException)
        {
            return false;
        }
    }

    private async ValueTask<BackendRevocation?> ClaimAndRevokeAsync(QueuedRevocation entry, CancellationToken cancellationToken)
    {
        var claim = await _backlog.ClaimAsync(_backend, entry, _options.Visibility, cancellationToken);
        if (claim is null) return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.AttemptTimeout);
        return await _revoker.RevokeAsync(claim, limit.Token);
    }
}
