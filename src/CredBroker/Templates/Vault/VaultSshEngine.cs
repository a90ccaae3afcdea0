namespace CredBroker.Templates.Vault;

/// <summary>An SSH user certificate for a key that the broker makes for the lease: <c>&lt;mount&gt;/sign/&lt;role&gt;</c>.</summary>
/// <param name="Role">The engine's role.</param>
/// <param name="Principals">The users that it may log in as.</param>
public sealed record VaultSshEngine(string Role, IReadOnlyList<string> Principals) : VaultEngine;
