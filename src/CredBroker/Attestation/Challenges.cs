namespace CredBroker.Attestation;

/// <summary>
/// Challenges that evidence has to answer (<c>GetChallenge</c>). Nothing is kept of those that are given out, so that nobody can fill
/// the store by asking; that one was answered is remembered, and only once the answer's signature has verified.
/// </summary>
public sealed class Challenges(Stamps stamps, IReplayMemory used)
{
    /// <summary>How long one is good.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    private const string Purpose = "challenge";

    /// <summary>A new one.</summary>
    /// <param name="attestor">The attestor that the answer will be for.</param>
    /// <param name="keyThumbprint">Thumbprint of the key that will answer; empty = not told.</param>
    public Stamp New(string attestor, string keyThumbprint) => stamps.Make(Purpose, [attestor, keyThumbprint], Life);

    /// <summary>Tells that a challenge was given out for this, and is not over. It costs no look into the store; call it before the signature is verified.</summary>
    /// <returns>What <see cref="UseUpAsync"/> is to be called with once the signature has verified.</returns>
    /// <exception cref="RefusedException"><see cref="ErrorReason.ChallengeInvalid"/>.</exception>
    public SingleUse Check(string challenge, string attestor, string keyThumbprint) =>
        stamps.Read(challenge, Purpose, [attestor, keyThumbprint]) is { } expiresAt
            ? SingleUse.Of(Purpose, challenge, expiresAt)
            : throw Invalid();

    /// <summary>Uses a challenge up, on all replicas. Whoever cannot sign the answer must not get here.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.ChallengeInvalid"/>: it was answered before. <see cref="ErrorReason.StoreUnavailable"/>.</exception>
    public async Task UseUpAsync(SingleUse challenge, CancellationToken cancellationToken)
    {
        if (!await used.TryUseAsync(challenge, cancellationToken).ConfigureAwait(false)) throw Invalid();
    }

    private static RefusedException Invalid() =>
        new(ErrorReason.ChallengeInvalid, "The challenge is not one of this broker for this attestor and key, or it is used or too old; ask for another.");
}
