using System.Text.Json.Serialization;

namespace CredBroker.Server.Backends.Vault;

/// <summary>How handles are stored: nothing is written that is not set.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(VaultHandle))]
internal sealed partial class VaultHandleJson : JsonSerializerContext;
