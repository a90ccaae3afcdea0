namespace CredBroker.Server.Jose;

/// <summary>What a JWT must hold besides a good signature.</summary>
/// <param name="Audiences">It must be made for one of these, to the letter.</param>
/// <param name="ClockSkew">How far the issuer's clock and ours may be apart.</param>
/// <param name="MaxLifetime">The longest life, <c>exp</c> less <c>iat</c> or less now; null = any.</param>
internal sealed record JwtDemands(IReadOnlyList<string> Audiences, TimeSpan ClockSkew, TimeSpan? MaxLifetime);
