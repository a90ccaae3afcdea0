namespace CredBroker.Server.Revocation;

/// <summary>So many attempts in a second, evenly. While nothing is to do, a fifth of a second's worth is saved up.</summary>
internal sealed class RevocationRate(int perSecond, TimeProvider time)
{
    private static readonly TimeSpan Saved = TimeSpan.FromMilliseconds(200);

    private readonly TimeSpan _interval = TimeSpan.FromSeconds(1) / perSecond;
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _next = -Saved;

    /// <summary>Waits for the next place. One caller at a time.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var now = time.GetElapsedTime(_start);
        var mine = _next > now - Saved ? _next : now - Saved;
        _next = mine + _interval;
        // Delays are of whole milliseconds; rather a moment late than early.
        if (mine > now) await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling((mine - now).TotalMilliseconds)), time, cancellationToken);
    }
}
