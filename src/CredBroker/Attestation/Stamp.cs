namespace CredBroker.Attestation;

/// <summary>A text that <see cref="Stamps"/> made.</summary>
/// <param name="Text">Opaque; base64url.</param>
/// <param name="ExpiresAt">From when on it is good for nothing.</param>
public sealed record Stamp(string Text, DateTimeOffset ExpiresAt);
