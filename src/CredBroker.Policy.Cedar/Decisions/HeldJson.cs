using System.Text.Json;
using CredBroker.Leases;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>Writes what a task's tree holds: <c>held</c>, <c>holding</c> and <c>live_leases</c>.</summary>
internal static class HeldJson
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<Lease> held)
    {
        var all = held
            .SelectMany(lease => PolicyWords.Of(lease.Terms.Capabilities), (lease, capability) => (lease.Terms.Target, lease.Terms.Sensitivity, Capability: capability))
            .ToHashSet();
        json.WriteStartArray("held");
        foreach (var (target, sensitivity, capability) in all) WriteOne(json, target, sensitivity, capability);
        json.WriteEndArray();
        json.WriteStartArray("holding");
        foreach (var (sensitivity, capability) in all.Select(one => (one.Sensitivity, one.Capability)).Distinct()) WriteOne(json, null, sensitivity, capability);
        json.WriteEndArray();
        json.WriteNumber("live_leases", held.Count);
    }

    /// <summary>How many leases the workload has: <c>workload_leases</c> and <c>workload_template_leases</c>, as far as they were counted.</summary>
    public static void Write(Utf8JsonWriter json, WorkloadCounts counted)
    {
        if (counted.All is { } all) json.WriteNumber("workload_leases", all);
        if (counted.OfTemplate is { } some) json.WriteNumber("workload_template_leases", some);
    }

    private static void WriteOne(Utf8JsonWriter json, string? target, Sensitivity sensitivity, string capability)
    {
        json.WriteStartObject();
        if (target is not null) json.WriteString("target", target);
        json.WriteString("sensitivity", PolicyWords.Of(sensitivity));
        json.WriteString("capability", capability);
        json.WriteEndObject();
    }
}
