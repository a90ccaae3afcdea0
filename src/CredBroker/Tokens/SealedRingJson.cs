using System.Text.Json.Serialization;

namespace CredBroker.Tokens;

/// <summary>Serialisers made at compile time for a ring.</summary>
[JsonSerializable(typeof(SealedRing))]
internal sealed partial class SealedRingJson : JsonSerializerContext;
