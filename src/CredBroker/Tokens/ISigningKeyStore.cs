namespace CredBroker.Tokens;

/// <summary>Where replicas share their ring.</summary>
public interface ISigningKeyStore
{
    /// <summary>The ring that is there, or null.</summary>
    Task<StoredKeyRing?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Puts a ring in the place of the one that was read, and tells verifiers which keys are withdrawn, in one step; false where
    /// another replica was faster.
    /// </summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>: also where the clocks are too far apart.</exception>
    Task<bool> TryPutAsync(KeyRingPut put, CancellationToken cancellationToken);

    /// <summary>Completes when the ring may have changed, or after <paramref name="atMost"/>.</summary>
    Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken);
}
