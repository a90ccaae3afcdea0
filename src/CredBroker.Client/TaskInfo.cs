namespace CredBroker.Client;

/// <summary>The broker's record of a task. It never holds the task token.</summary>
/// <param name="Id">The task's id, <c>tsk_…</c>.</param>
/// <param name="TaskRef">The caller's own name for it.</param>
/// <param name="ParentId">The task that it works for; empty where there is none.</param>
/// <param name="Subject">The attested subject that opened it.</param>
/// <param name="Tenant">The tenant that it works for.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Intent">What the agent says it is going to do.</param>
/// <param name="State">Where it stands.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="Deadline">When it ends at the latest.</param>
/// <param name="HeartbeatDeadline">When it ends unless a heartbeat comes before; null where none is due.</param>
/// <param name="EndedAt">When it ended; null while it is open.</param>
/// <param name="EndReason">Why it ended.</param>
/// <param name="Outcome">How it ended, in the words of whoever ended it.</param>
public sealed record TaskInfo(
    string Id,
    string TaskRef,
    string ParentId,
    string Subject,
    string Tenant,
    string Purpose,
    string Intent,
    TaskState State,
    DateTimeOffset OpenedAt,
    DateTimeOffset Deadline,
    DateTimeOffset? HeartbeatDeadline,
    DateTimeOffset? EndedAt,
    EndReason EndReason,
    string Outcome);
