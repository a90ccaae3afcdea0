using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Revocation;
using Polly;
using Polly.CircuitBreaker;

namespace CredBroker.Server.Revocation;

/// <summary>
/// The share of one backend key of the revocation work: its own limit of attempts under way, its own rate and its own circuit
/// breaker, so that a backend that is down holds up nobody else.
/// </summary>
internal sealed partial class BackendLane : IAsyncDisposable
{
    private readonly string _backend;
    private readonly IRevocationBacklog _backlog;
    private readonly BackendRevoker _revoker;
    private readonly RevocationOptions _options;
    private readonly ILogger _logger;
    private readonly TokenBucketRateLimiter _rate;
    private readonly SemaphoreSlim _places;
    private readonly ConcurrentDictionary<LeaseId, bool> _underWay = new();
    private readonly ResiliencePipeline<BackendRevocation> _breaker;
    private Task _turn = Task.CompletedTask;

    public BackendLane(string backend, IRevocationBacklog backlog, BackendRevoker revoker, RevocationOptions options, TimeProvider time, ILogger logger)
    {
        _backend = backend;
        _backlog = backlog;
        _revoker = revoker;
        _options = options;
        _logger = logger;
        _places = new SemaphoreSlim(options.InFlightPerBackend);
        _rate = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(1, options.RatePerBackend / 5),
            TokensPerPeriod = Math.Max(1, options.RatePerBackend / 5),
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(200),
            QueueLimit = 1,
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

    /// <summary>Begins a turn, and lets the one before go on where that has not come to its end: lanes do not wait for each other.</summary>
    public void Begin(CancellationToken cancellationToken)
    {
        if (_turn.IsCompleted) _turn = Task.Run(() => TurnAsync(cancellationToken), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _turn;
        for (var place = 0; place < _options.InFlightPerBackend; place++) await _places.WaitAsync();
        await _rate.DisposeAsync();
        _places.Dispose();
    }

    /// <summary>
    /// Begins an attempt at everything that is due, as fast as the limits let it; does not wait for their ends, so that one
    /// that hangs holds only its own place.
    /// </summary>
    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var entry in await _backlog.ReadDueAsync(_backend, _options.InFlightPerBackend * 4, cancellationToken))
            {
                if (_underWay.ContainsKey(entry.LeaseId)) continue;
                using var permit = await _rate.AcquireAsync(1, cancellationToken);
                if (!permit.IsAcquired) return;
                await _places.WaitAsync(cancellationToken);
                _underWay[entry.LeaseId] = true;
                _ = Task.Run(() => AttemptAsync(entry, cancellationToken), CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The broker stops; what was claimed is taken by another when its visibility ends.
        }
        catch (RefusedException refusal)
        {
            LogTurnPostponed(_logger, _backend, ReasonName.Of(refusal.Reason));
        }
        catch (Exception exception)
        {
            LogTurnFailed(_logger, exception, _backend);
        }
    }

    private async Task AttemptAsync(QueuedRevocation entry, CancellationToken cancellationToken)
    {
        try
        {
            // The breaker stands before the claim: what is not attempted is not counted either.
            await _breaker.ExecuteAsync(
                async token => await ClaimAndRevokeAsync(entry, token) ?? BackendRevocation.Confirmed, cancellationToken);
        }
        catch (BrokenCircuitException)
        {
            // It stays due, and is attempted once the backend has been found to answer.
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The broker stops; another takes the entry when its visibility ends.
        }
        catch (RefusedException refusal)
        {
            LogPostponed(_logger, _backend, entry.LeaseId.Value, ReasonName.Of(refusal.Reason));
        }
        catch (Exception exception)
        {
            LogFailed(_logger, exception, _backend, entry.LeaseId.Value);
        }
        finally
        {
            _underWay.TryRemove(entry.LeaseId, out _);
            _places.Release();
        }
    }

    private async ValueTask<BackendRevocation?> ClaimAndRevokeAsync(QueuedRevocation entry, CancellationToken cancellationToken)
    {
        var claim = await _backlog.ClaimAsync(_backend, entry, _options.Visibility, cancellationToken);
        return claim is null ? null : await _revoker.RevokeAsync(claim, _options.AttemptTimeout, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The revocations at {Backend} will be looked at again: {Reason}")]
    private static partial void LogTurnPostponed(ILogger logger, string backend, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking at the revocations at {Backend} met a fault; it will be tried again")]
    private static partial void LogTurnFailed(ILogger logger, Exception exception, string backend);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The revocation of {LeaseId} at {Backend} will be tried again: {Reason}")]
    private static partial void LogPostponed(ILogger logger, string backend, string leaseId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The revocation of {LeaseId} at {Backend} met a fault and will be tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string backend, string leaseId);
}
