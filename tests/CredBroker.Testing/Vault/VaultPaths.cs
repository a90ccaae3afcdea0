using CredBroker.Testing.Vault.Leases;
using CredBroker.Testing.Vault.Logins;
using CredBroker.Testing.Vault.Tokens;

namespace CredBroker.Testing.Vault;

/// <summary>Who answers below which of Vault's own paths.</summary>
internal sealed record VaultPaths(TokenPaths Tokens, LeasePaths Leases, LoginPaths Logins, SystemPaths System);
