namespace CredBroker.Testing.Vault.Engines;

/// <summary>Where an engine of dynamic secrets makes its accounts.</summary>
internal interface IVaultAccounts
{
    /// <summary>Makes one.</summary>
    /// <exception cref="Http.VaultRefusal">It failed.</exception>
    Task CreateAsync(VaultAccount account, IReadOnlyList<string> statements);

    /// <summary>Makes one last until then.</summary>
    /// <exception cref="Http.VaultRefusal">It failed.</exception>
    Task RenewAsync(string name, DateTimeOffset expiresAt, IReadOnlyList<string> statements);

    /// <summary>Removes one; nothing where it is gone.</summary>
    /// <exception cref="Http.VaultRefusal">It failed.</exception>
    Task DropAsync(string name, IReadOnlyList<string> statements);
}
