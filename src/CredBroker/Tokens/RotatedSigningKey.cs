namespace CredBroker.Tokens;

/// <summary>What a rotation came to.</summary>
/// <param name="Id"><c>kid</c> of the key that signs, or is about to.</param>
/// <param name="SignsFrom">From when it does.</param>
public sealed record RotatedSigningKey(string Id, DateTimeOffset SignsFrom);
