using CredBroker.Issuance;
using CredBroker.Tasks;

namespace CredBroker.Server.Api.AuthZen;

/// <summary>One evaluation that is asked for.</summary>
/// <param name="SubjectType">What kind of subject it is about: <c>task</c> or <c>workload</c>.</param>
/// <param name="SubjectId">The id of the task, or the attested subject of its workload.</param>
/// <param name="Question">What is asked about that subject.</param>
internal sealed record Evaluation(string SubjectType, string SubjectId, ToolCallQuestion Question)
{
    private const string TaskType = "task";
    private const string WorkloadType = "workload";

    /// <summary>Nobody learns anything about a subject whose token they do not hold.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskNotFound"/>.</exception>
    public void RequireAbout(AgentTask task)
    {
        var own = SubjectType switch
        {
            TaskType => task.Id.Value,
            WorkloadType => task.Subject,
            _ => null,
        };
        if (own is null || !string.Equals(SubjectId, own, StringComparison.Ordinal)) throw TaskGate.NotFound();
    }
}
