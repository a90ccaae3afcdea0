using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace CredBroker.Server.Revocation;

/// <summary>Tells which backends are left alone after failures.</summary>
internal sealed class CircuitMetrics
{
    private readonly ConcurrentDictionary<string, Func<bool>> _circuits = new(StringComparer.Ordinal);

    public CircuitMetrics(IMeterFactory meters) => meters.Create(BrokerTelemetry.Name).CreateObservableGauge(
        "credbroker.backend.circuit.open", Read, "{circuit}", "1 while the revocations of a backend are left alone after failures.");

    /// <summary>Watches the circuit of a backend from now on.</summary>
    public void Watch(string backendKey, Func<bool> isOpen) => _circuits[backendKey] = isOpen;

    private IEnumerable<Measurement<int>> Read() =>
        _circuits.Select(circuit => new Measurement<int>(circuit.Value() ? 1 : 0, new KeyValuePair<string, object?>("backend_key", circuit.Key)));
}
