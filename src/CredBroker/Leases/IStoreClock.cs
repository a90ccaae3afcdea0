namespace CredBroker.Leases;

/// <summary>The store's clock, by which leases are issued and expire. The store remembers how late it ever was, and trusts it no more once it has gone back.</summary>
public interface IStoreClock
{
    /// <summary>Forgets how late it ever was. Null = nothing was changed: it is still too far from this broker's.</summary>
    /// <returns>What it says now.</returns>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>: some parts may have been reset; ask again.</exception>
    Task<DateTimeOffset?> ResetAsync(CancellationToken cancellationToken);
}
