using System.Collections.Concurrent;
using System.Diagnostics;

namespace CredBroker.Benchmarks.Load;

/// <summary>
/// Calls that come at a rate, whether or not earlier ones have been answered. A latency counts from the instant at which the
/// call was due, so that a server that stalls cannot hide it by holding up the caller.
/// </summary>
internal static class OpenLoop
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    public static async Task<LoadResult> RunAsync(double rate, TimeSpan duration, Func<int, Task> call, CancellationToken cancellationToken)
    {
        var latencies = new ConcurrentQueue<long>();
        var calls = new List<Task>();
        var begun = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Tick, TimeProvider.System);
        for (var elapsed = TimeSpan.Zero; elapsed < duration; elapsed = Stopwatch.GetElapsedTime(begun))
        {
            // All that became due since the last tick; each of them by its own due time, rounded up to the tick that could have sent it.
            while (calls.Count < elapsed.TotalSeconds * rate) calls.Add(CallAsync(calls.Count, begun + DueAfter(calls.Count)));
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        await Task.WhenAll(calls);
        return new LoadResult([.. latencies], Stopwatch.GetElapsedTime(begun));

        long DueAfter(int number) => (long)(Math.Ceiling(number / rate / Tick.TotalSeconds) * Tick.TotalSeconds * Stopwatch.Frequency);

        async Task CallAsync(int number, long due)
        {
            await call(number);
            latencies.Enqueue(Math.Max(0, Stopwatch.GetElapsedTime(due).Ticks));
        }
    }
}
