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
        var begun = Stopwatch.GetTimestamp();
        // A thread of its own: the timers of the pool come several milliseconds late, and that would count as the server's.
        var calls = await Task.Factory.StartNew(Send, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(calls);
        return new LoadResult([.. latencies], Stopwatch.GetElapsedTime(begun));

        List<Task> Send()
        {
            var sent = new List<Task>();
            for (var elapsed = TimeSpan.Zero; elapsed < duration; elapsed = Stopwatch.GetElapsedTime(begun))
            {
                // All that became due since the last tick; each of them by its own due time, rounded up to the tick that could have sent it.
                while (sent.Count < elapsed.TotalSeconds * rate) sent.Add(CallAsync(sent.Count, begun + DueAfter(sent.Count)));
                cancellationToken.ThrowIfCancellationRequested();
#pragma warning disable RS0030 // Nothing is awaited here: the thread keeps time.
                Thread.Sleep(Tick);
#pragma warning restore RS0030
            }

            return sent;
        }

        long DueAfter(int number) => (long)(Math.Ceiling(number / rate / Tick.TotalSeconds) * Tick.TotalSeconds * Stopwatch.Frequency);

        async Task CallAsync(int number, long due)
        {
            await Task.Yield();
            await call(number);
            latencies.Enqueue(Math.Max(0, Stopwatch.GetElapsedTime(due).Ticks));
        }
    }
}
