using CredBroker.Leases;

namespace CredBroker.TestHost;

/// <summary>A backlog that dies after some of its steps.</summary>
internal sealed class CrashingBacklog(IRevocationBacklog inner, CrashPoint crash) : IRevocationBacklog
{
    public Task<IReadOnlyCollection<string>> ListBackendsAsync(CancellationToken cancellationToken) => inner.ListBackendsAsync(cancellationToken);

    public Task<IReadOnlyList<QueuedRevocation>> ReadDueAsync(string backend, int count, CancellationToken cancellationToken) =>
        inner.ReadDueAsync(backend, count, cancellationToken);

    public async Task<ClaimedRevocation?> ClaimAsync(string backend, QueuedRevocation entry, TimeSpan visibility, CancellationToken cancellationToken)
    {
        var claim = await inner.ClaimAsync(backend, entry, visibility, cancellationToken);
        if (claim is not null) crash.Reached("after-claim");
        return claim;
    }

    public async Task<Lease?> SettleAsync(ClaimedRevocation claim, RevocationSettlement settlement, CancellationToken cancellationToken)
    {
        if (settlement.Outcome == SettlementOutcome.Noted) return await NoteAsync(claim, settlement, cancellationToken);
        crash.Reached("before-settle");
        var settled = await inner.SettleAsync(claim, settlement, cancellationToken);
        crash.Reached("after-settle");
        return settled;
    }

    private async Task<Lease?> NoteAsync(ClaimedRevocation claim, RevocationSettlement settlement, CancellationToken cancellationToken)
    {
        var noted = await inner.SettleAsync(claim, settlement, cancellationToken);
        crash.Reached("after-note");
        return noted;
    }

    public Task<(long Waiting, long DeadLetters)> CountAsync(IReadOnlyList<string> backends, CancellationToken cancellationToken) =>
        inner.CountAsync(backends, cancellationToken);
}
