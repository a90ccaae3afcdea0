using CredBroker.Testing.Vault.Leases;
using CredBroker.Testing.Vault.Tokens;

namespace CredBroker.Testing.Vault;

/// <summary>Ends tokens and leases whose time has come. A sealed Vault ends nothing, and makes up for it afterwards.</summary>
internal sealed class VaultSweep : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly VaultStorage _storage;
    private readonly TokenStore _tokens;
    private readonly RevocationQueue _queue;
    private readonly VaultCondition _condition;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;

    public VaultSweep(VaultStorage storage, TokenStore tokens, RevocationQueue queue, VaultCondition condition, TimeProvider time)
    {
        (_storage, _tokens, _queue, _condition, _time) = (storage, tokens, queue, condition, time);
        _timer = time.CreateTimer(_ => Run(), state: null, Pause, Pause);
    }

    public void Dispose() => _timer.Dispose();

    private void Run()
    {
        if (_condition.IsSealed) return;
        var (tokens, leases) = _storage.TakeDue(_time.GetUtcNow());
        foreach (var token in tokens) _tokens.Revoke(token);
        foreach (var lease in leases) _queue.Add(lease);
    }
}
