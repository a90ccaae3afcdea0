using System.Text.Json.Serialization;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>How Vault's answers are read.</summary>
[JsonSerializable(typeof(VaultBody))]
internal sealed partial class VaultJson : JsonSerializerContext;
