using System.Text.Json.Serialization;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Serialisers made at compile time for what is stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(StoredTerms))]
[JsonSerializable(typeof(StoredNotes))]
[JsonSerializable(typeof(StoredTask))]
[JsonSerializable(typeof(StoredFence))]
[JsonSerializable(typeof(StoredOrder))]
[JsonSerializable(typeof(StoredApproval))]
[JsonSerializable(typeof(StoredVote[]))]
[JsonSerializable(typeof(StoredQuarantine))]
[JsonSerializable(typeof(StoredPass))]
internal sealed partial class StoredJson : JsonSerializerContext;
