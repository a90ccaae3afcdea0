namespace CredBroker.Issuance;

/// <summary>
/// The latest pass, shared by all brokers. Every call refuses with <see cref="ErrorReason.StoreUnavailable"/> where the store does not answer.
/// </summary>
public interface ITighteningStore
{
    /// <summary>The latest pass; null = there never was one.</summary>
    Task<TighteningPass?> FindAsync(CancellationToken cancellationToken);

    /// <summary>Records a pass in the place of the one of that number, 0 = of none; false where another has come in between.</summary>
    Task<bool> SaveAsync(TighteningPass pass, long inPlaceOf, CancellationToken cancellationToken);

    /// <summary>Takes or prolongs the right to work on it; false where another broker has it.</summary>
    Task<bool> TryHoldAsync(string holder, TimeSpan hold, CancellationToken cancellationToken);
}
