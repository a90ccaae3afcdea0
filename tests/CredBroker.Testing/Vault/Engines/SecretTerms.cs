using System.Text.Json.Nodes;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>What an engine says about the lease of a secret it has made.</summary>
/// <param name="Ttl">How long it should live; null = the system's default.</param>
/// <param name="MaxTtl">How long it may live, renewed or not; null = the system's.</param>
/// <param name="Renewable">Whether it can be renewed.</param>
/// <param name="Inner">What the engine needs to renew and revoke it; nobody else sees it.</param>
internal sealed record SecretTerms(TimeSpan? Ttl, TimeSpan? MaxTtl, bool Renewable, JsonObject Inner);
