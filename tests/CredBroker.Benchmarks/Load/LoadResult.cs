namespace CredBroker.Benchmarks.Load;

/// <summary>What came of one round.</summary>
internal sealed class LoadResult(long[] latencyTicks, TimeSpan elapsed)
{
    private readonly long[] _sorted = [.. latencyTicks.Order()];

    public int Count => _sorted.Length;

    /// <summary>Calls completed in a second.</summary>
    public double Rate => Count / elapsed.TotalSeconds;

    /// <summary>The latency that this share of the calls stayed within.</summary>
    public double PercentileMilliseconds(double share) =>
        TimeSpan.FromTicks(_sorted[Math.Clamp((int)Math.Ceiling(share * Count) - 1, 0, Count - 1)]).TotalMilliseconds;
}
