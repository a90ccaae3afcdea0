namespace CredBroker.Templates.Vault;

/// <summary>Credentials made on demand: database, cloud, RabbitMQ and whatever else answers <c>&lt;mount&gt;/creds/&lt;role&gt;</c>.</summary>
/// <param name="Role">The engine's role.</param>
/// <param name="CanRevoke">Whether the engine can take them back before their TTL; it cannot where a cloud has signed them, such as those of AWS STS.</param>
public sealed record VaultDynamicEngine(string Role, bool CanRevoke = true) : VaultEngine;
