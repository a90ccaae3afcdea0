using CredBroker.Leases;

namespace CredBroker.Server.Tests.Revocation;

/// <summary>Revocation queues in memory, by a test's clock.</summary>
internal sealed class InMemoryBacklog(TimeProvider time) : IRevocationBacklog
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LeaseId, Entry> _entries = [];

    /// <summary>How many of the next claims somebody else is faster with; the entry stays due for us.</summary>
    public int ClaimsToLose { get; set; }

    /// <summary>Claims that were ours.</summary>
    public int Claims { get; private set; }

    /// <summary>How often what is due was read.</summary>
    public int Reads { get; private set; }

    /// <summary>A lease that its backend is to be asked to revoke now.</summary>
    public void Add(Lease lease)
    {
        lock (_gate) _entries.Add(lease.Id, new Entry(lease, time.GetUtcNow(), Claim: 0, Attempts: 0));
    }

    public Lease Read(LeaseId id)
    {
        lock (_gate) return _entries[id].Lease;
    }

    public int AttemptsAt(LeaseId id)
    {
        lock (_gate) return _entries[id].Attempts;
    }

    /// <summary>How many leases of a backend are in a state.</summary>
    public int Count(string backend, LeaseState state)
    {
        lock (_gate) return _entries.Values.Count(entry => entry.Lease.Terms.BackendKey == backend && entry.Lease.State == state);
    }

    public Task<IReadOnlyCollection<string>> ListBackendsAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult<IReadOnlyCollection<string>>(Waiting().Select(entry => entry.Lease.Terms.BackendKey).ToHashSet());
    }

    public Task<IReadOnlyList<QueuedRevocation>> ReadDueAsync(string backend, int count, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Reads++;
            return Task.FromResult<IReadOnlyList<QueuedRevocation>>(
                [.. Waiting().Where(entry => entry.Lease.Terms.BackendKey == backend && entry.At <= time.GetUtcNow())
                    .OrderBy(entry => entry.At).Take(count).Select(entry => new QueuedRevocation(entry.Lease.Id, RevocationPriority.TaskEnd))]);
        }
    }

    public Task<ClaimedRevocation?> ClaimAsync(string backend, QueuedRevocation entry, TimeSpan visibility, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var found = _entries[entry.LeaseId];
            if (ClaimsToLose > 0 || found.At > time.GetUtcNow() || !IsWaiting(found))
            {
                ClaimsToLose = Math.Max(0, ClaimsToLose - 1);
                return Task.FromResult<ClaimedRevocation?>(null);
            }

            Claims++;
            var claimed = found with { At = time.GetUtcNow() + visibility, Claim = found.Claim + 1, Attempts = found.Attempts + 1 };
            _entries[entry.LeaseId] = claimed;
            return Task.FromResult<ClaimedRevocation?>(
                new ClaimedRevocation(claimed.Lease, entry.Priority, claimed.Claim, claimed.Attempts, time.GetUtcNow()));
        }
    }

    public Task<Lease?> SettleAsync(ClaimedRevocation claim, RevocationSettlement settlement, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var found = _entries[claim.Lease.Id];
            if (found.Claim != claim.Claim) return Task.FromResult<Lease?>(null);
            var settled = found with { At = time.GetUtcNow() + settlement.Pause };
            if (settlement.Outcome == SettlementOutcome.Uncounted) settled = settled with { Attempts = found.Attempts - 1 };
            if (settlement.Outcome == SettlementOutcome.Revoked) settled = settled with { Lease = found.Lease with { State = LeaseState.Revoked } };
            if (settlement.Outcome == SettlementOutcome.Dead) settled = settled with { Lease = found.Lease with { State = LeaseState.Irrevocable } };
            _entries[claim.Lease.Id] = settled;
            return Task.FromResult<Lease?>(settled.Lease);
        }
    }

    public Task<(long Waiting, long DeadLetters)> CountAsync(IReadOnlyList<string> backends, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(((long)Waiting().Count(), (long)_entries.Values.Count(entry => entry.Lease.State == LeaseState.Irrevocable)));
    }

    private IEnumerable<Entry> Waiting() => _entries.Values.Where(IsWaiting);

    private static bool IsWaiting(Entry entry) => entry.Lease.State is LeaseState.Revoking or LeaseState.Irrevocable;

    private sealed record Entry(Lease Lease, DateTimeOffset At, long Claim, int Attempts);
}
