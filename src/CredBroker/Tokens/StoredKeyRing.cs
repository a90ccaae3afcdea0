namespace CredBroker.Tokens;

/// <summary>A ring as it lies in the store. Until it has been unsealed nothing of it is to be believed.</summary>
/// <param name="Version">What its next change is compared with.</param>
/// <param name="Content">The sealed ring.</param>
public sealed record StoredKeyRing(string Version, string Content);
