namespace CredBroker.Testing.Verification;

/// <summary>A bounded wait on a condition.</summary>
public static class Eventually
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>How long is waited where nothing is said.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    public static Task IsTrueAsync(Func<bool> condition, string what, TimeSpan? atMost = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), what, atMost);

    public static async Task IsTrueAsync(Func<Task<bool>> condition, string what, TimeSpan? atMost = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            var waited = TimeProvider.System.GetElapsedTime(start);
            if (waited > (atMost ?? Patience)) throw new TimeoutException($"It did not come about: {what}.");
            await Task.Delay(PauseAfter(waited), TimeProvider.System);
        }
    }

    /// <summary>A tenth of what has been waited: what comes soon is seen soon, and what takes seconds is not asked for a thousand times.</summary>
    private static TimeSpan PauseAfter(TimeSpan waited) =>
        waited / 10 is var pause && pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause;
}
