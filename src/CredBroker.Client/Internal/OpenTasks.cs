using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace CredBroker.Client.Internal;

/// <summary>
/// The tasks that this process has to end. When it exits, or SIGINT or SIGTERM is about to kill it, they are ended as well as that can be
/// done in two seconds. A process that dies in any other way stops its heartbeats, and the broker ends the tasks.
/// </summary>
internal sealed class OpenTasks : IAsyncDisposable
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<TaskLifetime, bool> _open = new();
    private readonly List<PosixSignalRegistration> _signals = [];

    public OpenTasks(bool handleSignals)
    {
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        if (!handleSignals) return;
        // From .NET 10 on these two kill a process without ProcessExit, unless somebody handles them.
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
    }

    public void Add(TaskLifetime task) => _open[task] = true;

    public void Remove(TaskLifetime task) => _open.TryRemove(task, out _);

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        foreach (var signal in _signals) signal.Dispose();
        await Task.WhenAll(_open.Keys.Select(t => t.DisposeAsync().AsTask()));
    }

    private void OnProcessExit(object? sender, EventArgs e) => EndAll();

    private void OnSignal(PosixSignalContext context)
    {
        // Somebody has taken the signal and goes on: the end of the work is for them to say. Otherwise the process dies after this.
        if (!context.Cancel) EndAll();
    }

    // The process is gone when this returns, so the thread has to wait; the limit bounds it.
    private void EndAll() => Task.WaitAll([Task.Run(() => Task.WhenAll(_open.Keys.Select(t => t.EndQuietlyAsync("process exited", ExitLimit))))], ExitLimit);
}
