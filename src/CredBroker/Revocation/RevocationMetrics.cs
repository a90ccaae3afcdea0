using System.Diagnostics.Metrics;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Revocation;

/// <summary>Counts ends, and how long after what caused them they had their effect.</summary>
public sealed class RevocationMetrics
{
    private readonly Counter<long> _tasks;
    private readonly Counter<long> _leases;
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _timeToDead;
    private readonly Histogram<double> _timeToConfirmed;

    /// <summary>Makes the instruments.</summary>
    public RevocationMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(BrokerTelemetry.Name);
        _tasks = meter.CreateCounter<long>("credbroker.tasks.ended", "{task}", "Tasks that this replica sealed, by the reason.");
        _leases = meter.CreateCounter<long>("credbroker.leases.ended", "{lease}", "Leases whose end this replica recorded, by the reason.");
        _attempts = meter.CreateCounter<long>("credbroker.revocation.attempts", "{attempt}", "Attempts to revoke at a backend, by what it said.");
        _timeToDead = meter.CreateDuration("credbroker.revocation.time_to_dead", "Tokens: from what ended the lease to its entry in the feed.");
        _timeToConfirmed = meter.CreateDuration(
            "credbroker.revocation.time_to_confirmed", "Credentials of backends: from the record of the end to the backend's word that it is gone.");
    }

    /// <summary>A task was sealed.</summary>
    public void Ended(AgentTask task) => _tasks.Add(1, new KeyValuePair<string, object?>("reason", ReasonName.Of(task.EndReason)));

    /// <summary>The end of a lease was recorded.</summary>
    /// <param name="lease">The lease as it stands then.</param>
    /// <param name="after">How long that was after what ended it.</param>
    public void Ended(Lease lease, TimeSpan after)
    {
        var reason = ReasonName.Of(lease.EndReason);
        _leases.Add(1, new("backend", lease.Terms.Backend), new("reason", reason));
        if (lease is { State: LeaseState.Revoked, Terms.IsBrokerMinted: true })
            _timeToDead.Record(Seconds(after), new KeyValuePair<string, object?>("reason", reason));
    }

    /// <summary>A backend was asked to revoke a lease.</summary>
    /// <param name="backend">The name of the backend.</param>
    /// <param name="outcome">What it said.</param>
    public void Attempted(string backend, string outcome) => _attempts.Add(1, new("backend", backend), new(BrokerTelemetry.Outcome, outcome));

    /// <summary>A backend has confirmed the end of a lease.</summary>
    public void Confirmed(Lease lease)
    {
        // What an older replica has recorded may not say when.
        if (lease is not { EndedAt: { } ended, ConfirmedAt: { } confirmed }) return;
        _timeToConfirmed.Record(
            Seconds(confirmed - ended), new("backend", lease.Terms.Backend), new("revocability", WordFor(lease.Terms.Revocability)));
    }

    private static string WordFor(Revocability revocability) => revocability switch
    {
        Revocability.Instant => "instant",
        Revocability.Bounded => "bounded",
        _ => "none",
    };

    /// <summary>Two clocks may have told the two instants.</summary>
    private static double Seconds(TimeSpan span) => Math.Max(0, span.TotalSeconds);
}
