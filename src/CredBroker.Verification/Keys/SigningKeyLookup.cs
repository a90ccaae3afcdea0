namespace CredBroker.Verification.Keys;

/// <summary>A key, or none; where none, whether it is certain that the broker has no such key.</summary>
internal readonly record struct SigningKeyLookup(SigningKey? Key, bool IsCertain);
