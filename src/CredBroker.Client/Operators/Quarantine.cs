namespace CredBroker.Client.Operators;

/// <summary>
/// A task that was refused too often in a while, with everything below it, or a workload whose tasks were: it gets nothing more, and what it
/// had is revoked.
/// </summary>
/// <param name="TaskId">The task, <c>tsk_…</c>; empty = the workload as a whole.</param>
/// <param name="Tenant">Its tenant.</param>
/// <param name="Workload">Its attested subject.</param>
/// <param name="QuarantinedAt">Since when.</param>
/// <param name="Refusals">How many refusals were too many.</param>
/// <param name="LastReason">The reason of the last of them.</param>
/// <param name="OrderId">The order that revokes its leases, <c>ord_…</c>.</param>
/// <param name="FenceId">The fence that keeps it from more, <c>fnc_…</c>.</param>
public sealed record Quarantine(
    string TaskId, string Tenant, string Workload, DateTimeOffset QuarantinedAt, int Refusals, string LastReason, string OrderId, string FenceId);
