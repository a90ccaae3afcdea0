using CredBroker.Backends;

namespace CredBroker.Server.Revocation;

/// <summary>
/// Leaves a backend alone after failures in a row, and then lets one attempt at a time find out whether it answers again. Any
/// answer ends a row; what was never asked of the backend says nothing of it.
/// </summary>
internal sealed class BackendBreaker(int failuresBeforeBreak, TimeSpan breakFor, TimeProvider time)
{
    private readonly Lock _gate = new();
    private int _failuresInARow;
    private long? _brokenSince;
    private bool _isProbed;

    /// <summary>Whether an attempt could be made now.</summary>
    public bool IsPassable
    {
        get
        {
            lock (_gate) return _brokenSince is not { } since || (!_isProbed && time.GetElapsedTime(since) >= breakFor);
        }
    }

    /// <summary>Whether the backend is left alone, but for an attempt that finds out whether it answers again.</summary>
    public bool IsBroken
    {
        get
        {
            lock (_gate) return _brokenSince is not null;
        }
    }

    /// <summary>Asks to make an attempt. Unless it is refused, <see cref="Leave"/> has to be called when it has come to its end.</summary>
    public BreakerPass Enter()
    {
        lock (_gate)
        {
            if (_brokenSince is null) return BreakerPass.Free;
            if (!IsPassable) return BreakerPass.Refused;
            _isProbed = true;
            return BreakerPass.Probe;
        }
    }

    /// <summary>Tells what the backend said; null = it was not asked after all.</summary>
    public void Leave(BreakerPass pass, BackendRevocation? said)
    {
        lock (_gate)
        {
            if (pass == BreakerPass.Probe) _isProbed = false;
            if (said is null) return;
            if (said is not (BackendRevocation.Unavailable or BackendRevocation.Failed))
            {
                _failuresInARow = 0;
                _brokenSince = null;
                return;
            }

            _failuresInARow++;
            // What was begun before the break and fails late does not make it longer.
            if (pass == BreakerPass.Probe || (_brokenSince is null && _failuresInARow >= failuresBeforeBreak)) _brokenSince = time.GetTimestamp();
        }
    }
}
