using System.Collections.Concurrent;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Leases;

/// <summary>
/// Leases that Vault revokes by itself, behind the backs of those who asked: expired ones, those of dead tokens, and those of a revoke
/// that is not <c>sync</c>. What fails is tried again later and later, and after six times given up.
/// </summary>
internal sealed class RevocationQueue(VaultStorage storage, TimeProvider time)
{
    /// <summary>Attempts after which a lease is irrevocable.</summary>
    public const int MostAttempts = 6;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);
    private TaskCompletionSource? _held;

    /// <summary>Lets everything that is queued wait.</summary>
    public void Hold() => _held ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo()
    {
        var held = _held;
        _held = null;
        held?.TrySetResult();
    }

    /// <summary>Queues it; what is irrevocable stays as it is, silently.</summary>
    public void Add(LeaseEntry lease)
    {
        if (lease.IsIrrevocable) return;
        _running.GetOrAdd(lease.Id, id => Task.Run(() => RevokeAsync(id)));
    }

    private async Task RevokeAsync(string id)
    {
        try
        {
            if (_held is { } held) await held.Task;
            if (storage.FindLease(id) is not { } lease) return;
            await lease.Engine.RevokeAsync(lease);
            storage.Remove(lease);
        }
        catch (VaultRefusal refusal)
        {
            PutOff(id, refusal.Message);
        }
        finally
        {
            _running.TryRemove(id, out _);
        }
    }

    private void PutOff(string id, string error)
    {
        lock (storage.Gate)
        {
            if (storage.FindLease(id) is not { } lease) return;
            var attempts = lease.Attempts + 1;
            // Due again later: the sweep that looks after expiry finds it.
            storage.Put(attempts < MostAttempts
                ? lease with { Attempts = attempts, ExpiresAt = time.GetUtcNow() + (FirstPause * Math.Pow(2, attempts)) }
                : lease with { Attempts = attempts, RevokeError = "out of retries: " + error });
        }
    }
}
