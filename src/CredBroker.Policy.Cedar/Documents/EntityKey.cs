namespace CredBroker.Policy.Cedar.Documents;

/// <summary>The name of an entity, such as <c>Template::"orders-api"</c>.</summary>
internal readonly record struct EntityKey(string Type, string Id);
