using System.Diagnostics.Metrics;

namespace CredBroker.Server.Storage;

/// <summary>Tells the figures of the whole store as they were last read. Whoever reads the instruments asks the store nothing.</summary>
internal sealed class StoreFigureMetrics
{
    private readonly TimeProvider _time;
    private volatile StoreFigures? _figures;
    private volatile LiveLeases? _live;

    public StoreFigureMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(BrokerTelemetry.Name);
        meter.CreateObservableGauge(
            "credbroker.leases.live",
            () => _live is { } live ? live.ByTemplate.Select(OfTemplate) : [],
            "{lease}", "Leases whose end is not confirmed.");
        meter.CreateObservableGauge(
            "credbroker.leases.live.age", IEnumerable<Measurement<double>> () => _live is { } live ? [AgeOf(live.At)] : [], "s", "How long ago they were counted.");
        Many(meter, "credbroker.revocation.queue.depth", "{lease}", "Leases that wait for their backend.", figures => figures.Queues.Select(queue =>
            new Measurement<long>(queue.Depth, new KeyValuePair<string, object?>("backend_key", queue.BackendKey))));
        Many(meter, "credbroker.revocation.queue.oldest_age", "s", "How long the oldest of them has waited.", figures => figures.Queues.Select(queue =>
            new Measurement<double>(queue.OldestAge.TotalSeconds, new KeyValuePair<string, object?>("backend_key", queue.BackendKey))));
        One(meter, "credbroker.revocation.dead_letters", "{lease}", "Leases that no backend would revoke.", figures => figures.DeadLetters);
        One(meter, "credbroker.revocation.orders.open", "{order}", "Revocation orders that are not through.", figures => figures.OpenOrders);
        One(meter, "credbroker.fences.standing", "{fence}", "Fences that stand.", figures => figures.Fences);
        One(meter, "credbroker.quarantines.standing", "{task}", "Tasks and workloads in quarantine.", figures => figures.Quarantined);
        One(meter, "credbroker.approvals.pending", "{approval}", "Requests that people have not answered.", figures => figures.PendingApprovals);
        One(meter, "credbroker.audit.owed", "{line}", "Transitions whose line is not known to be durable.", figures => figures.OwedLines);
        Many<double>(meter, "credbroker.audit.owed.oldest_age", "s", "How old the oldest of them is.", figures =>
            [new Measurement<double>(figures.OldestOwed?.TotalSeconds ?? 0)]);
        Many<double>(meter, "credbroker.store.figures.age", "s", "How old the figures of the whole store are.", figures =>
            [AgeOf(figures.At)]);
    }

    /// <summary>What is told from now on.</summary>
    public void Put(StoreFigures figures) => _figures = figures;

    /// <summary>What is told from now on.</summary>
    public void Put(LiveLeases live) => _live = live;

    private static Measurement<long> OfTemplate(KeyValuePair<string, long> template) => new(template.Value, new KeyValuePair<string, object?>("template", template.Key));

    private Measurement<double> AgeOf(DateTimeOffset at) => new(Math.Max(0, (_time.GetUtcNow() - at).TotalSeconds));

    private void One(Meter meter, string name, string unit, string description, Func<StoreFigures, long> read) =>
        Many<long>(meter, name, unit, description, figures => [new Measurement<long>(read(figures))]);

    /// <summary>Nothing is told before the store has been read.</summary>
    private void Many<T>(Meter meter, string name, string unit, string description, Func<StoreFigures, IEnumerable<Measurement<T>>> read)
        where T : struct =>
        meter.CreateObservableGauge(name, () => _figures is { } figures ? read(figures) : [], unit, description);
}
