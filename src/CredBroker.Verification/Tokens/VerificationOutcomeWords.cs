using System.Collections.Frozen;

namespace CredBroker.Verification.Tokens;

/// <summary>The outcome in the two forms that leave this library.</summary>
internal static class VerificationOutcomeWords
{
    private static readonly FrozenDictionary<VerificationOutcome, (string Tag, string Description)> Words =
        new Dictionary<VerificationOutcome, (string, string)>
        {
            [VerificationOutcome.Accepted] = ("accepted", "accepted"),
            [VerificationOutcome.AcceptedUnchecked] = ("accepted_unchecked", "accepted"),
            [VerificationOutcome.Malformed] = ("malformed", "malformed"),
            [VerificationOutcome.WrongType] = ("wrong_type", "not an access token"),
            [VerificationOutcome.WrongAlgorithm] = ("wrong_algorithm", "algorithm not accepted"),
            [VerificationOutcome.UnknownKey] = ("unknown_key", "unknown key"),
            [VerificationOutcome.BadSignature] = ("bad_signature", "bad signature"),
            [VerificationOutcome.WrongIssuer] = ("wrong_issuer", "wrong issuer"),
            [VerificationOutcome.WrongAudience] = ("wrong_audience", "wrong audience"),
            [VerificationOutcome.MissingClaim] = ("missing_claim", "a required claim is missing"),
            [VerificationOutcome.NotYetValid] = ("not_yet_valid", "not yet valid"),
            [VerificationOutcome.Expired] = ("expired", "expired"),
            [VerificationOutcome.ProofRequired] = ("proof_required", "bound to a key"),
            [VerificationOutcome.ProofInvalid] = ("proof_invalid", "proof of possession not accepted"),
            [VerificationOutcome.KeyWithdrawn] = ("key_withdrawn", "revoked"),
            [VerificationOutcome.Revoked] = ("revoked", "revoked"),
            [VerificationOutcome.KeysUnavailable] = ("keys_unavailable", "cannot be verified now"),
            [VerificationOutcome.FeedUnavailable] = ("feed_unavailable", "cannot be verified now"),
        }.ToFrozenDictionary();

    /// <summary>For metrics and logs.</summary>
    public static string Tag(this VerificationOutcome outcome) => Words[outcome].Tag;

    /// <summary>For <c>error_description</c> (RFC 6750): plain ASCII without quotes.</summary>
    public static string Description(this VerificationOutcome outcome) => Words[outcome].Description;

    public static bool IsAccepted(this VerificationOutcome outcome) =>
        outcome is VerificationOutcome.Accepted or VerificationOutcome.AcceptedUnchecked;

    /// <summary>The fault is not the token's: the same token may be good in a moment.</summary>
    public static bool IsUnavailable(this VerificationOutcome outcome) =>
        outcome is VerificationOutcome.KeysUnavailable or VerificationOutcome.FeedUnavailable;
}
