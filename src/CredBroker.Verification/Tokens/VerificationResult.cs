namespace CredBroker.Verification.Tokens;

/// <summary>What became of a token, and what it says where it was accepted.</summary>
internal readonly record struct VerificationResult(VerificationOutcome Outcome, VerifiedAccessToken? Token = null)
{
    public static implicit operator VerificationResult(VerificationOutcome outcome) => new(outcome);
}
