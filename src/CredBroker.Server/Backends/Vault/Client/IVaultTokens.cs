namespace CredBroker.Server.Backends.Vault.Client;

/// <summary><c>auth/token</c>, as the broker.</summary>
internal interface IVaultTokens
{
    /// <summary><c>create/&lt;role&gt;</c>.</summary>
    Task<VaultChildToken> CreateAsync(VaultTokenRequest request, CancellationToken cancellationToken);

    /// <summary><c>lookup-accessor</c>; null where Vault knows no such accessor.</summary>
    Task<VaultTokenInfo?> LookupAccessorAsync(string accessor, CancellationToken cancellationToken);

    /// <summary><c>renew-accessor</c>; returns how long the token lives from now.</summary>
    Task<TimeSpan> RenewAccessorAsync(string accessor, TimeSpan increment, CancellationToken cancellationToken);

    /// <summary><c>revoke-accessor</c>; false where Vault knows no such accessor. What hangs on the token is revoked later, by Vault itself.</summary>
    Task<bool> RevokeAccessorAsync(string accessor, CancellationToken cancellationToken);

    /// <summary><c>accessors</c>, listed: those of every token of the namespace. Needs <c>sudo</c>.</summary>
    Task<IReadOnlyList<string>> ListAccessorsAsync(CancellationToken cancellationToken);

    /// <summary><c>roles/&lt;role&gt;</c>.</summary>
    Task<VaultBody> ReadRoleAsync(string role, CancellationToken cancellationToken);
}
