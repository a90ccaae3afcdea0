using System.Collections.Concurrent;

namespace CredBroker.Client.Internal;

/// <summary>
/// The tasks that this process has to end. On the normal exit of the process, SIGTERM's included, they are ended as well as that can be
/// done in two seconds. SIGINT is left alone: whether Ctrl+C ends the work is for the program to say, and a library that ended its tasks
/// there would break a graceful shutdown. A process that dies without an exit stops its heartbeats, and the broker ends the tasks.
/// </summary>
internal sealed class OpenTasks : IAsyncDisposable
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<TaskLifetime, bool> _open = new();

    public OpenTasks() => AppDomain.CurrentDomain.ProcessExit += OnProcessExit;

    public void Add(TaskLifetime task) => _open[task] = true;

    public void Remove(TaskLifetime task) => _open.TryRemove(task, out _);

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await Task.WhenAll(_open.Keys.Select(t => t.DisposeAsync().AsTask()));
    }

    /// <summary>Ends what is open, saying that the process has gone.</summary>
    public Task EndAllAsync() => Task.WhenAll(_open.Keys.Select(t => t.EndQuietlyAsync("process exited", ExitLimit)));

    // The event is synchronous and the process is gone when it returns, so this thread has to wait; the limit bounds it.
    private void OnProcessExit(object? sender, EventArgs e) => Task.WaitAll([Task.Run(EndAllAsync)], ExitLimit);
}
