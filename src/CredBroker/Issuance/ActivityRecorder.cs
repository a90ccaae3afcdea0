using System.Globalization;
using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>
/// Writes what agents report into the audit trail, tied to their task and lease, so that a task's whole story stands in one
/// place. An ended task may still report, while it is remembered: effects come late.
/// </summary>
public sealed class ActivityRecorder(TaskGate gate, ILeaseStore leases, IAuditLog audit, TimeProvider time)
{
    /// <summary>The most activities of one report.</summary>
    public const int MaxActivities = 100;

    private const int MaxReferences = 16;

    /// <summary>How far the clock of whoever reports may be ahead.</summary>
    private static readonly TimeSpan MaxAhead = TimeSpan.FromDays(1);

    /// <summary>Records activities; all of them are durable when it returns.</summary>
    /// <exception cref="RefusedException">As <c>CredentialService.ReportActivity</c> documents; nothing is recorded then.</exception>
    public async Task RecordAsync(TaskToken token, IReadOnlyList<Activity> activities, CancellationToken cancellationToken)
    {
        Validate(activities);
        var task = await gate.RecallAsync(token, cancellationToken);
        foreach (var lease in activities.Select(activity => activity.LeaseId).OfType<LeaseId>().Distinct())
            await RequireOwnAsync(task, lease, cancellationToken);
        await audit.AppendAsync([.. activities.Select(activity => Line(task, activity))], cancellationToken);
    }

    private void Validate(IReadOnlyList<Activity> activities)
    {
        var latest = time.GetUtcNow() + MaxAhead;
        var limits = new RequestLimits().Require(activities.Count is > 0 and <= MaxActivities, "activities", $"must be 1 to {MaxActivities}");
        foreach (var activity in activities.Take(MaxActivities))
        {
            limits
                .Require(Enum.IsDefined(activity.Kind), "activities.kind", "must be a kind that there is")
                .Require(activity.At is null || (activity.At >= DateTimeOffset.UnixEpoch && activity.At <= latest), "activities.at", "must lie between 1970 and a day from now")
                .RequiredText("activities.subject", activity.Subject)
                .Digest("activities.digest", activity.Digest)
                .Require(activity.References.Count <= MaxReferences, "activities.references", $"must not be more than {MaxReferences}")
                .Labels("activities.references", activity.References);
        }

        limits.ThrowIfAny();
    }

    private async Task RequireOwnAsync(AgentTask task, LeaseId id, CancellationToken cancellationToken)
    {
        var lease = id.Bucket == task.Id.Bucket ? await leases.FindAsync(id, cancellationToken) : null;
        if (lease?.Terms.TaskId != task.Id) throw new RefusedException(ErrorReason.LeaseNotFound, IssueRefusals.Sentence(ErrorReason.LeaseNotFound));
    }

    private static string Name(ActivityKind kind) => kind switch
    {
        ActivityKind.ToolInvocation => "tool_invocation",
        ActivityKind.Prompt => "prompt",
        _ => "downstream_effect",
    };

    private AuditEvent Line(AgentTask task, Activity activity)
    {
        var details = new Dictionary<string, string>
        {
            ["kind"] = Name(activity.Kind),
            ["subject"] = activity.Subject,
            ["digest"] = activity.Digest,
            ["said_at"] = activity.At?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "",
            ["txn"] = task.TransactionId,
        };
        foreach (var (name, value) in activity.References) details[$"reference:{name}"] = value;
        return new AuditEvent
        {
            Type = AuditEventType.ActivityReported,
            Time = time.GetUtcNow(),
            Actor = new AuditActor(ReasonName.Of(task.Kind), task.Subject, task.Tenant),
            TaskId = task.Id.Value,
            LeaseId = activity.LeaseId?.Value,
            Details = details,
        };
    }
}
