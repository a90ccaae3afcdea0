namespace CredBroker.Revocation;

/// <summary>Full jitter: anything up to twice the last bound, from 2 s to 5 min, so that a recovered backend is not met by everybody at once.</summary>
internal static class RetryPause
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static TimeSpan After(int attempts)
    {
        var bound = Math.Min(First.TotalSeconds * Math.Pow(2, Math.Clamp(attempts - 1, 0, 16)), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(Math.Max(0.1, Random.Shared.NextDouble() * bound));
    }
}
