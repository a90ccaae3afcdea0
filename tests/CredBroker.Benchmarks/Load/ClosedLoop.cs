using System.Diagnostics;

namespace CredBroker.Benchmarks.Load;

/// <summary>Callers that call again as soon as they are answered.</summary>
internal static class ClosedLoop
{
    /// <summary>Calls until the time is over, or until each caller has had its share of <paramref name="most"/>.</summary>
    public static async Task<LoadResult> RunAsync(
        int callers, TimeSpan duration, Func<int, Task> call, CancellationToken cancellationToken, int most = int.MaxValue)
    {
        var begun = Stopwatch.GetTimestamp();
        var each = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller), cancellationToken)));
        return new LoadResult([.. each.SelectMany(latencies => latencies)], Stopwatch.GetElapsedTime(begun));

        async Task<List<long>> CallAsync(int caller)
        {
            var latencies = new List<long>(16 * 1024);
            while (latencies.Count < most / callers && Stopwatch.GetElapsedTime(begun) < duration)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var sent = Stopwatch.GetTimestamp();
                await call(caller);
                latencies.Add(Stopwatch.GetElapsedTime(sent).Ticks);
            }

            return latencies;
        }
    }
}
