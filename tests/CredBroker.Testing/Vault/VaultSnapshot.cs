using CredBroker.Testing.Vault.Leases;
using CredBroker.Testing.Vault.Tokens;

namespace CredBroker.Testing.Vault;

/// <summary>The tokens and leases of a moment, to be put back later, as an operator restores a snapshot of Vault's storage.</summary>
public sealed class VaultSnapshot
{
    internal VaultSnapshot(IReadOnlyList<TokenEntry> tokens, IReadOnlyList<LeaseEntry> leases) => (Tokens, Leases) = (tokens, leases);

    internal IReadOnlyList<TokenEntry> Tokens { get; }

    internal IReadOnlyList<LeaseEntry> Leases { get; }
}
