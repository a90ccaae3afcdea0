using CredBroker.Attestation;

namespace CredBroker.Server.Attestation;

/// <summary>Reads the challenge that evidence answers.</summary>
internal static class AnsweredChallenge
{
    /// <summary>Tells that a challenge was given out for an attestor, either for the key that the caller proves to hold or for nobody's in particular.</summary>
    /// <returns>What it is used up by, once the answer has verified.</returns>
    /// <exception cref="RefusedException"><see cref="ErrorReason.ChallengeInvalid"/>.</exception>
    public static SingleUse CheckAnswered(this Challenges challenges, string text, string attestor, string? keyThumbprint)
    {
        if (keyThumbprint is null) return challenges.Check(text, attestor, "");
        try
        {
            return challenges.Check(text, attestor, keyThumbprint);
        }
        catch (RefusedException)
        {
            return challenges.Check(text, attestor, "");
        }
    }
}
