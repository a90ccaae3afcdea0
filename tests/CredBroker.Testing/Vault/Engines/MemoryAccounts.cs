using System.Collections.Concurrent;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>The accounts of every engine that has no real system behind it.</summary>
public sealed class MemoryAccounts : IVaultAccounts
{
    private readonly ConcurrentDictionary<string, string> _accounts = new(StringComparer.Ordinal);

    /// <summary>Whether the system behind the engines is away: Vault itself goes on and answers that it cannot.</summary>
    public bool IsDown { get; set; }

    /// <summary>Those that one could get in with now.</summary>
    public IReadOnlyList<string> Names => [.. _accounts.Keys];

    /// <summary>Whether this name and password get in.</summary>
    public bool Admit(string name, string password) => _accounts.TryGetValue(name, out var known) && known == password;

    /// <summary>Removes one by hand, as the owner of the system behind would.</summary>
    public void Forget(string name) => _accounts.TryRemove(name, out _);

    Task IVaultAccounts.CreateAsync(VaultAccount account, IReadOnlyList<string> statements)
    {
        RequireUp();
        _accounts[account.Name] = account.Password;
        return Task.CompletedTask;
    }

    Task IVaultAccounts.RenewAsync(string name, DateTimeOffset expiresAt, IReadOnlyList<string> statements)
    {
        RequireUp();
        return Task.CompletedTask;
    }

    Task IVaultAccounts.DropAsync(string name, IReadOnlyList<string> statements)
    {
        RequireUp();
        _accounts.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    private void RequireUp()
    {
        if (IsDown) throw VaultRefusal.Internal("dial tcp 127.0.0.1:5432: connect: connection refused");
    }
}
