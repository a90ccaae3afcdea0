namespace CredBroker.Testing.Vault.Engines;

/// <summary>An account to be made.</summary>
internal sealed record VaultAccount(string Name, string Password, DateTimeOffset ExpiresAt)
{
    /// <summary>Never the password.</summary>
    public override string ToString() => Name;
}
