using System.Collections.Concurrent;
using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Revocation;

namespace CredBroker.Server.Revocation;

/// <summary>
/// The share of one backend key of the revocation work: its own limit of attempts under way, its own rate and its own circuit
/// breaker, so that a backend that is down holds up nobody else.
/// </summary>
internal sealed partial class BackendLane(
    string backend, IRevocationBacklog backlog, BackendRevoker revoker, RevocationOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _places = new(options.InFlightPerBackend);
    private readonly RevocationRate _rate = new(options.RatePerBackend, time);
    private readonly BackendBreaker _breaker = new(options.FailuresBeforeBreak, options.BreakFor, time);
    private readonly ConcurrentDictionary<LeaseId, bool> _underWay = new();
    private Task _turn = Task.CompletedTask;

    /// <summary>Attempts that have begun and not ended.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>Whether the backend is left alone after failures.</summary>
    public bool IsLeftAlone => _breaker.IsBroken;

    /// <summary>Begins a turn, or lets the one before go on where that has not come to its end: lanes do not wait for each other. Completes with the turn.</summary>
    public Task Begin(CancellationToken cancellationToken)
    {
        if (_turn.IsCompleted) _turn = Task.Run(() => TurnAsync(cancellationToken), CancellationToken.None);
        return _turn;
    }

    public async ValueTask DisposeAsync()
    {
        await _turn;
        for (var place = 0; place < options.InFlightPerBackend; place++) await _places.WaitAsync();
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
            if (!_breaker.IsPassable) return;
            foreach (var entry in await backlog.ReadDueAsync(backend, options.InFlightPerBackend * 4, cancellationToken))
            {
                if (_underWay.ContainsKey(entry.LeaseId)) continue;
                await _rate.WaitAsync(cancellationToken);
                await _places.WaitAsync(cancellationToken);
                if (!TryBegin(entry, cancellationToken)) return;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The broker stops; what was claimed is taken by another when its visibility ends.
        }
        catch (RefusedException refusal)
        {
            LogTurnPostponed(logger, backend, ReasonName.Of(refusal.Reason));
        }
        catch (Exception exception)
        {
            LogTurnFailed(logger, exception, backend);
        }
    }

    /// <summary>Begins an attempt in a place that was taken; false, and the place is free again, where the backend is left alone.</summary>
    private bool TryBegin(QueuedRevocation entry, CancellationToken cancellationToken)
    {
        var pass = _breaker.Enter();
        if (pass == BreakerPass.Refused)
        {
            // It stays due, and is attempted once the backend has been found to answer.
            _places.Release();
            return false;
        }

        _underWay[entry.LeaseId] = true;
        _ = Task.Run(() => AttemptAsync(entry, pass, cancellationToken), CancellationToken.None);
        return true;
    }

    private async Task AttemptAsync(QueuedRevocation entry, BreakerPass pass, CancellationToken cancellationToken)
    {
        BackendRevocation? said = null;
        try
        {
            if (await backlog.ClaimAsync(backend, entry, options.Visibility, cancellationToken) is { } claim)
                said = await revoker.RevokeAsync(claim, options.AttemptTimeout, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The broker stops; another takes the entry when its visibility ends.
        }
        catch (RefusedException refusal)
        {
            LogPostponed(logger, backend, entry.LeaseId.Value, ReasonName.Of(refusal.Reason));
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception, backend, entry.LeaseId.Value);
        }
        finally
        {
            _breaker.Leave(pass, said);
            _underWay.TryRemove(entry.LeaseId, out _);
            _places.Release();
        }
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
