namespace CredBroker.Verification;

/// <summary>Pauses between attempts: doubling, with full jitter, so that a thousand services do not come back at one instant.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private const int MaxDoublings = 16;
    private int _failures;

    public TimeSpan Next()
    {
        var ceiling = Math.Min(longest.TotalMilliseconds, first.TotalMilliseconds * (1 << Math.Min(_failures++, MaxDoublings)));
        return TimeSpan.FromMilliseconds(ceiling * (0.1 + (0.9 * Random.Shared.NextDouble())));
    }

    public void Reset() => _failures = 0;
}
