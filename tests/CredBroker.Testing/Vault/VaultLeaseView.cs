using CredBroker.Testing.Vault.Leases;

namespace CredBroker.Testing.Vault;

/// <summary>What a test may know of a lease.</summary>
public sealed record VaultLeaseView(string Id, string Path, string Namespace, DateTimeOffset ExpiresAt, bool IsIrrevocable)
{
    internal static VaultLeaseView Of(LeaseEntry lease) => new(lease.Id, lease.Path, lease.Namespace, lease.ExpiresAt, lease.IsIrrevocable);
}
