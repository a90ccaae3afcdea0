namespace CredBroker.Conformance.Stores;

/// <summary>A key that a store holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TimeToLive">When it goes by itself; null = never.</param>
/// <param name="Length">How many entries it has; null for a single value.</param>
public sealed record StoredKey(string Name, TimeSpan? TimeToLive, long? Length);
