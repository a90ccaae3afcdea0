namespace CredBroker.Tokens;

/// <summary>A key of a ring, and when it does what. All instants are by the brokers' clocks.</summary>
/// <param name="Public">What verifiers are shown for as long as the key is in the ring.</param>
/// <param name="Private">What signs; null once the key is retired everywhere.</param>
/// <param name="PublishedAt">Since when verifiers can have it.</param>
/// <param name="SignsFrom">From when it signs, until the next one does.</param>
/// <param name="RetiredUntil">Until when verifiers may meet it in a good token; null while it signs or waits to.</param>
public sealed record RingKey(
    PublicSigningKey Public, SigningKey? Private, DateTimeOffset PublishedAt, DateTimeOffset SignsFrom, DateTimeOffset? RetiredUntil = null);
