namespace CredBroker.Verification.Proofs;

/// <summary>
/// Remembers DPoP proofs, each of which is good once. The built-in one is this process's; a service of several replicas that must not take
/// one proof at two of them registers its own, over something that they share, before <c>AddCredBroker</c>.
/// </summary>
public interface IProofMemory
{
    /// <summary>Uses a proof up; false where that has been done before. It is told only of proofs that are good, of whoever holds the token.</summary>
    /// <param name="id">Names the proof; at most 64 characters.</param>
    /// <param name="expiresAt">From when on it need not be remembered.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<bool> TryUseAsync(string id, DateTimeOffset expiresAt, CancellationToken cancellationToken);
}
