using CredBroker.Verification.Tokens;

namespace CredBroker.Verification;

/// <summary>Carries the outcome from authentication to the challenge; its message is one of the fixed descriptions.</summary>
internal sealed class TokenRefusedException(VerificationOutcome outcome) : Exception($"The token was refused: {outcome.Description()}.")
{
    public VerificationOutcome Outcome => outcome;
}
