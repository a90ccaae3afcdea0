namespace CredBroker.Testing.Verification;

/// <summary>A bounded wait on a condition.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>How long is waited where nothing is said.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    public static Task IsTrueAsync(Func<bool> condition, string what, TimeSpan? atMost = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), what, atMost);

    public static async Task IsTrueAsync(Func<Task<bool>> condition, string what, TimeSpan? atMost = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > (atMost ?? Patience)) throw new TimeoutException($"It did not come about: {what}.");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
