namespace CredBroker.Testing;

/// <summary>Bounded waits for what another process does.</summary>
public static class Wait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>How long is waited where nothing is said.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Waits until it is so.</summary>
    /// <exception cref="TimeoutException">It was not so in time.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan? atMost = null, string what = "the condition")
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > (atMost ?? Patience)) throw new TimeoutException($"Waited in vain for {what}.");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, TimeSpan?, string)"/>
    public static Task UntilAsync(Func<bool> condition, TimeSpan? atMost = null, string what = "the condition") =>
        UntilAsync(() => Task.FromResult(condition()), atMost, what);
}
