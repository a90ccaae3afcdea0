namespace CredBroker.Attestation;

/// <summary>
/// Remembers evidence that is good once, for all replicas together. It is told only of evidence whose signature has verified, so
/// that nobody can fill it who has no evidence.
/// </summary>
public interface IReplayMemory
{
    /// <summary>
    /// Uses a piece of evidence up; false where it has been used before, on whichever replica, unless that was with the same
    /// <see cref="SingleUse.Key"/>: whoever lost the answer may ask again.
    /// </summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>: nobody can tell now. It may have been used up by this call.</exception>
    Task<bool> TryUseAsync(SingleUse evidence, CancellationToken cancellationToken);
}
