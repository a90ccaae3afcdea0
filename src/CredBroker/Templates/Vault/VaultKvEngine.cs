namespace CredBroker.Templates.Vault;

/// <summary>A secret that somebody has stored: <c>&lt;mount&gt;/data/&lt;path&gt;</c> of KV version 2. It is everybody's who reads it, and it does not die.</summary>
/// <param name="Path">Where it is stored.</param>
/// <param name="Rotation">A path of Vault; writing to it makes the present value worthless. Null = there is none.</param>
public sealed record VaultKvEngine(string Path, string? Rotation) : VaultEngine;
