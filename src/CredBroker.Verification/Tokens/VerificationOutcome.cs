namespace CredBroker.Verification.Tokens;

/// <summary>What became of a token. Each refusal before <see cref="BadSignature"/> says nothing about any real token.</summary>
internal enum VerificationOutcome
{
    Accepted,

    /// <summary>Good as far as can be told without the feed; only under <see cref="Revocation.FeedPolicy.Accept"/>.</summary>
    AcceptedUnchecked,
    Malformed,
    WrongType,
    WrongAlgorithm,
    UnknownKey,
    BadSignature,
    WrongIssuer,
    WrongAudience,
    MissingClaim,
    NotYetValid,
    Expired,

    /// <summary>Bound to a key; sent as a bearer token it proves nothing.</summary>
    ProofRequired,

    /// <summary>The proof of possession is not there, or none for this token, this request and now, or was used before.</summary>
    ProofInvalid,
    KeyWithdrawn,
    Revoked,

    /// <summary>The broker's keys are not known well enough to tell.</summary>
    KeysUnavailable,

    /// <summary>The feed is not whole or too old to tell.</summary>
    FeedUnavailable,
}
