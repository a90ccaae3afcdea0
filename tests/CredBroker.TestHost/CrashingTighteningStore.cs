using CredBroker.Issuance;

namespace CredBroker.TestHost;

/// <summary>A store of passes over live leases that dies when one has come some way.</summary>
internal sealed class CrashingTighteningStore(ITighteningStore inner, CrashPoint crash) : ITighteningStore
{
    public Task<TighteningPass?> FindAsync(CancellationToken cancellationToken) => inner.FindAsync(cancellationToken);

    public async Task<bool> SaveAsync(TighteningPass pass, long inPlaceOf, CancellationToken cancellationToken)
    {
        if (pass.Revoked > 0) crash.Reached("after-tightening-revoked");
        var isSaved = await inner.SaveAsync(pass, inPlaceOf, cancellationToken);
        // The first pass of all is of the set that the broker has started with.
        if (pass is { Number: > 1, DoneBuckets: 60 }) crash.Reached("in-tightening");
        return isSaved;
    }

    public Task<bool> TryHoldAsync(string holder, TimeSpan hold, CancellationToken cancellationToken) => inner.TryHoldAsync(holder, hold, cancellationToken);
}
