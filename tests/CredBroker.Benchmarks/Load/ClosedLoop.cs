using System.Diagnostics;

namespace CredBroker.Benchmarks.Load;

/// <summary>Callers that call again as soon as they are answered.</summary>
internal static class ClosedLoop
{
    public static async Task<LoadResult> RunAsync(int callers, TimeSpan duration, Func<int, Task> call, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        var each = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller), cancellationToken)));
        return new LoadResult([.. each.SelectMany(latencies => latencies)], Stopwatch.GetElapsedTime(begun));

        async Task<List<long>> CallAsync(int caller)
        {
            var latencies = new List<long>(16 * 1024);
            while (Stopwatch.GetElapsedTime(begun) < duration)
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
