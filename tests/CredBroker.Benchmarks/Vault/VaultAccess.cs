namespace CredBroker.Benchmarks.Vault;

/// <summary>Where the double is, and how a broker logs in.</summary>
internal sealed record VaultAccess(string Address, string RoleId, string SecretId)
{
    /// <summary>Never the secret id.</summary>
    public override string ToString() => Address;
}
