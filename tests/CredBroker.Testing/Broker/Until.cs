using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Testing.Broker;

/// <summary>Bounded waits on a condition.</summary>
public static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until it is so.</summary>
    /// <exception cref="TimeoutException">It was not so for 20 s.</exception>
    public static Task TrueAsync(Func<bool> condition) => AdvancedAsync(time: null, TimeSpan.Zero, condition);

    /// <summary>Moves a clock in steps until it is so, leaving real time between the steps for calls that are on their way.</summary>
    /// <exception cref="TimeoutException">It was not so for 20 s.</exception>
    public static async Task AdvancedAsync(FakeTimeProvider? time, TimeSpan step, Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit) throw new TimeoutException("The condition did not come true.");
            time?.Advance(step);
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
