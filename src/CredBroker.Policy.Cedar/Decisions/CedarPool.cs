using System.Collections.Concurrent;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>
/// Sessions that have read the same policies. One is for one thread at a time, so there are as many as may decide at once.
/// One that failed is thrown away, and so is one that has grown too large; the next caller gets a new one.
/// </summary>
/// <param name="size">How many there are at the most.</param>
/// <param name="maxMemory">How large one may be, in bytes, to be used again.</param>
/// <param name="create">Starts one.</param>
internal sealed class CedarPool(int size, long maxMemory, Func<CedarSession> create) : IDisposable
{
    // Not disposed: it holds no handle, and whoever still waits must get a turn.
    private readonly SemaphoreSlim _turns = new(size, size);
    private readonly ConcurrentStack<CedarSession> _idle = new();
    private volatile bool _retired;

    /// <summary>How many wait to be used.</summary>
    public int Idle => _idle.Count;

    /// <summary>Uses a session. It works after <see cref="Dispose"/> too, so that whoever has begun with an old set can end with it.</summary>
    public async ValueTask<TResult> UseAsync<TResult>(Func<CedarSession, TResult> use, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return Use(use);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Starts all sessions and prepares each.</summary>
    public void Fill(Action<CedarSession> prepare)
    {
        for (var i = _idle.Count; i < size; i++)
        {
            var session = create();
            try
            {
                prepare(session);
            }
            catch
            {
                session.Dispose();
                throw;
            }

            PutBack(session);
        }
    }

    /// <summary>Ends the sessions that wait; those in use end when they are put back.</summary>
    public void Dispose()
    {
        _retired = true;
        DropIdle();
    }

    private TResult Use<TResult>(Func<CedarSession, TResult> use)
    {
        var session = _idle.TryPop(out var idle) ? idle : create();
        try
        {
            var result = use(session);
            PutBack(session);
            return result;
        }
        catch
        {
            // Whatever it was, what its memory holds is no longer to be trusted.
            session.Dispose();
            throw;
        }
    }

    private void PutBack(CedarSession session)
    {
        if (session.MemoryBytes > maxMemory) session.Dispose();
        else _idle.Push(session);
        if (_retired) DropIdle();
    }

    private void DropIdle()
    {
        while (_idle.TryPop(out var session)) session.Dispose();
    }
}
