namespace CredBroker.Backends;

/// <summary>A credential that a backend has made.</summary>
/// <param name="Credential">The credential, for its owner alone.</param>
/// <param name="Handle">What the backend needs to revoke it, without secrets; null = the reservation's handle is enough.</param>
/// <param name="Ttl">How long the backend lets it live where that is less than was asked for.</param>
public sealed record Minted(Credential Credential, string? Handle = null, TimeSpan? Ttl = null);
