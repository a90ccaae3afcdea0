using CredBroker.Leases;

namespace CredBroker.Server.Storage.Redis;

/// <summary>A quarantine as it is stored.</summary>
internal sealed class StoredQuarantine
{
    public string? Task { get; init; }

    public required string Tenant { get; init; }

    public required string Workload { get; init; }

    public required string Order { get; init; }

    public required string Fence { get; init; }

    public required long At { get; init; }

    public required int Refusals { get; init; }

    public required string LastReason { get; init; }

    public bool IsOwed { get; init; }

    public long? ReleaseBegunAt { get; init; }

    public bool IsReleased { get; init; }

    public static StoredQuarantine From(Quarantine quarantine) => new()
    {
        Task = quarantine.TaskId?.Value,
        Tenant = quarantine.Tenant,
        Workload = quarantine.Workload,
        Order = quarantine.OrderId.Value,
        Fence = quarantine.FenceId.Value,
        At = quarantine.At.ToUnixTimeMilliseconds(),
        Refusals = quarantine.Refusals,
        LastReason = quarantine.LastReason,
        IsOwed = quarantine.IsOwed,
        ReleaseBegunAt = quarantine.ReleaseBegunAt?.ToUnixTimeMilliseconds(),
        IsReleased = quarantine.IsReleased,
    };

    public Quarantine ToQuarantine() => new()
    {
        TaskId = Task is null ? null : TaskId.Parse(Task),
        Tenant = Tenant,
        Workload = Workload,
        OrderId = OrderId.Parse(Order),
        FenceId = FenceId.Parse(Fence),
        At = Instant.Read(At),
        Refusals = Refusals,
        LastReason = LastReason,
        IsOwed = IsOwed,
        ReleaseBegunAt = ReleaseBegunAt is { } begun ? Instant.Read(begun) : null,
        IsReleased = IsReleased,
    };
}
