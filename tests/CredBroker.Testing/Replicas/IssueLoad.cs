using System.Collections.Concurrent;
using Grpc.Core;

namespace CredBroker.Testing.Replicas;

/// <summary>
/// Issues at a rate, half of them brief, until it is told to stop; the agents' heartbeats go with it. A failure is what the client's own
/// repetitions did not mend.
/// </summary>
public sealed class IssueLoad : IAsyncDisposable
{
    private const int MostUnderWay = 512;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(10);

    private readonly IReadOnlyList<LoadedAgent> _agents;
    private readonly double _rate;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly SemaphoreSlim _places = new(MostUnderWay);
    private readonly Task _run;
    private long _acknowledged;

    /// <summary>Begins.</summary>
    /// <param name="agents">Whose leases they are.</param>
    /// <param name="rate">How many a second; fewer where they are not answered fast enough.</param>
    public IssueLoad(IReadOnlyList<LoadedAgent> agents, double rate)
    {
        (_agents, _rate) = (agents, rate);
        _run = Task.Run(RunAsync);
    }

    /// <summary>What failed in the end, a line each.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Leases that were acknowledged so far.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>For how long it has run; the whole time once it has stopped.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Begins no more, and waits for what is under way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _places.Dispose();
    }

    private async Task RunAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        var calls = new List<Task>();
        var nextBeat = BeatEvery;
        long sent = 0;
        using var timer = new PeriodicTimer(Tick, TimeProvider.System);
        while (!_stop.IsCancellationRequested)
        {
            Elapsed = TimeProvider.System.GetElapsedTime(begun);
            var due = (long)(Elapsed.TotalSeconds * _rate);
            for (; sent < due && _places.CurrentCount > 0; sent++) calls.Add(IssueAsync(sent));
            // What could not be sent in time is not made up for: the rate is a ceiling.
            sent = Math.Max(sent, due);
            if (Elapsed >= nextBeat)
            {
                nextBeat += BeatEvery;
                calls.AddRange(_agents.Select(agent => GuardAsync(agent.BeatAsync)));
            }

            await timer.WaitForNextTickAsync();
        }

        await Task.WhenAll(calls);
        Elapsed = TimeProvider.System.GetElapsedTime(begun);
    }

    private async Task IssueAsync(long number)
    {
        await _places.WaitAsync();
        try
        {
            var agent = _agents[(int)(number % _agents.Count)];
            if (await GuardAsync(() => agent.IssueAsync(brief: number / _agents.Count % 2 == 0))) Interlocked.Increment(ref _acknowledged);
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<bool> GuardAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (RpcException failure)
        {
            _failures.Enqueue(failure.Status.ToString());
            return false;
        }
    }
}
