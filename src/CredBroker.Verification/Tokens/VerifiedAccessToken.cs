using System.Security.Claims;
using CredBroker.Verification.Keys;
using CredBroker.Verification.Proofs;

namespace CredBroker.Verification.Tokens;

/// <summary>What a well-signed token says. Whether it is good <em>now</em> is asked each time it is used.</summary>
internal sealed record VerifiedAccessToken
{
    public required SigningKey Key { get; init; }

    public required string LeaseId { get; init; }

    /// <summary>What fences match.</summary>
    public required IReadOnlySet<string> Labels { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required IReadOnlyList<Claim> Claims { get; init; }

    /// <summary>The key without which it is good for nothing; null = a bearer token.</summary>
    public TokenBinding? Binding { get; init; }

    public ClaimsPrincipal ToPrincipal() =>
        new(new ClaimsIdentity(Claims, CredBrokerDefaults.AuthenticationScheme, CredBrokerClaimTypes.Subject, ClaimTypes.Role));
}
