using Google.Protobuf.WellKnownTypes;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Internal;

/// <summary>From the protocol's words to the library's. The enums share their numbers, so a value that is newer than this library survives.</summary>
internal static class WireMapping
{
    public static Wire.OpenTaskRequest ToWire(this TaskRequest request, Wire.Evidence evidence)
    {
        var wire = new Wire.OpenTaskRequest
        {
            Evidence = evidence,
            Purpose = request.Purpose,
            Intent = request.Intent,
            MaxDuration = request.MaxDuration?.ToDuration(),
            HeartbeatInterval = request.HeartbeatInterval?.ToDuration(),
            // A name of its own makes a repeated open find the first one's task instead of leaving it behind.
            TaskRef = request.TaskRef ?? $"sdk-{Guid.NewGuid():N}",
        };
        foreach (var (name, value) in request.Labels) wire.Labels[name] = value;
        return wire;
    }

    public static TaskReceipt ToReceipt(this Wire.TaskReceipt receipt) => new(
        receipt.TaskId,
        receipt.Total,
        receipt.Confirmed,
        receipt.Pending,
        receipt.Irrevocable,
        receipt.ChildTasks,
        receipt.EndedAt.ToInstant(),
        [.. receipt.Leases.Select(l => new LeaseReceipt(
            l.LeaseId, l.Template, (LeaseState)l.State, (Revocability)l.Revocability, l.ConfirmedAt?.ToDateTimeOffset()))]);

    public static LeaseInfo ToInfo(this Wire.Lease lease) => new(
        lease.Id,
        lease.TaskId,
        lease.Template,
        lease.Target,
        [.. lease.Capabilities.Select(c => (Capability)c)],
        (LeaseState)lease.State,
        (EndReason)lease.EndReason,
        lease.IssuedAt.ToInstant(),
        lease.ExpiresAt.ToInstant(),
        lease.MaxExpiresAt.ToInstant(),
        lease.Renewable,
        (Revocability)lease.Revocability,
        lease.ConfirmedAt?.ToDateTimeOffset(),
        lease.Workload,
        lease.Backend,
        lease.PolicyVersion);

    public static BrokerStatus ToStatus(this Wire.GetStatusResponse status) => new(
        status.Version,
        status.Ready,
        [.. status.Components.Select(c => new BrokerComponent(c.Name, c.Healthy, c.Detail))],
        status.StartedAt.ToInstant(),
        status.Templates,
        status.CatalogueVersion,
        status.Store,
        status.QueueDepth,
        status.DeadLetters);

    /// <summary>An instant that the broker always states; the start of time where it does not.</summary>
    public static DateTimeOffset ToInstant(this Timestamp? timestamp) => timestamp?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch;

    public static Duration ToDuration(this TimeSpan duration) => Duration.FromTimeSpan(duration);
}
