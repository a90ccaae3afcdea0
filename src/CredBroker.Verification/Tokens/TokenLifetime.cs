namespace CredBroker.Verification.Tokens;

/// <summary>When a token is good: <c>exp</c> to the instant, <c>nbf</c> and <c>iat</c> with 30 s for clocks that run behind the broker's.</summary>
internal static class TokenLifetime
{
    private static readonly TimeSpan NotBeforeSkew = TimeSpan.FromSeconds(30);

    public static VerificationOutcome Judge(VerifiedAccessToken token, DateTimeOffset now)
    {
        if (now >= token.ExpiresAt) return VerificationOutcome.Expired;
        var earliest = token.NotBefore > token.IssuedAt ? token.NotBefore : token.IssuedAt;
        return now < earliest - NotBeforeSkew ? VerificationOutcome.NotYetValid : VerificationOutcome.Accepted;
    }
}
