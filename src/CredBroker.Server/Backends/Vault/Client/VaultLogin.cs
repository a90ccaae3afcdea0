namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>A login of the broker.</summary>
/// <param name="Token">Its token.</param>
/// <param name="Life">How long it lives from <paramref name="Since"/>; nothing = for ever.</param>
/// <param name="IsRenewable">Whether it can be renewed.</param>
/// <param name="Since">When it was made or last renewed.</param>
internal sealed record VaultLogin(VaultToken Token, TimeSpan Life, bool IsRenewable, DateTimeOffset Since)
{
    /// <summary>Whether it still lives.</summary>
    public bool IsGoodAt(DateTimeOffset now) => Life <= TimeSpan.Zero || now < Since + Life;

    /// <summary>Whether two thirds of its life have passed.</summary>
    public bool IsOldAt(DateTimeOffset now) => Life > TimeSpan.Zero && now >= Since + (Life * 2 / 3);
}
