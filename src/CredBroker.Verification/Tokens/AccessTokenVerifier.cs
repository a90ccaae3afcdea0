using CredBroker.Verification.Keys;
using CredBroker.Verification.Revocation;

namespace CredBroker.Verification.Tokens;

/// <summary>Judges access tokens offline: the signature once, everything that can change each time.</summary>
internal sealed class AccessTokenVerifier(
    CredBrokerVerificationOptions options, SignatureCheck signatures, KnownTokens known, SigningKeySource keys, RevocationSet revocations, FeedHealth health,
    TimeProvider time)
{
    /// <summary>Characters; an access token is all ASCII, so it is bytes too.</summary>
    public const int MaxTokenLength = 16 * 1024;

    public async ValueTask<VerificationResult> VerifyAsync(string compact, CancellationToken cancellationToken)
    {
        if (compact.Length > MaxTokenLength) return VerificationOutcome.Malformed;

        var digest = TokenDigest.Of(compact);
        var token = known.Find(digest);
        if (token is null)
        {
            var check = await signatures.CheckAsync(compact, cancellationToken).ConfigureAwait(false);
            if (check.Token is null) return check;
            token = check.Token;
            known.Add(digest, token);
        }

        var outcome = JudgeNow(token);
        return new VerificationResult(outcome, outcome.IsAccepted() ? token : null);
    }

    private VerificationOutcome JudgeNow(VerifiedAccessToken token)
    {
        if (TokenLifetime.Judge(token, time.GetUtcNow()) is var life and not VerificationOutcome.Accepted) return life;
        if (revocations.IsWithdrawn(token.Key.Id) || !keys.Holds(token.Key)) return VerificationOutcome.KeyWithdrawn;
        if (revocations.IsRevoked(token.LeaseId, token.Labels, token.IssuedAt)) return VerificationOutcome.Revoked;
        if (!keys.AreFresh) return VerificationOutcome.KeysUnavailable;
        if (health.State == FeedState.Fresh) return VerificationOutcome.Accepted;
        return options.FeedPolicy == FeedPolicy.Accept ? VerificationOutcome.AcceptedUnchecked : VerificationOutcome.FeedUnavailable;
    }
}
