using CredBroker.Approvals;
using CredBroker.Policy;

namespace CredBroker.Conformance.Stores;

/// <summary>What a task asks people, as a test asks for it.</summary>
public sealed record ApprovalDraft
{
    public string Template { get; init; } = "ledger";

    public string Justification { get; init; } = "the books have to be closed";

    public ApprovalRequest Build(HeldTask task, DateTimeOffset now) => new()
    {
        Id = ApprovalId.New(task.Bucket, now),
        Action = new ApprovalAction
        {
            TaskId = task.Id,
            Tenant = task.Task.Tenant,
            Workload = task.Task.Subject,
            Subject = Template,
            SubjectVersion = "sha256:1",
            Capabilities = Capabilities.Write,
            Target = "ledger",
            Sensitivity = Sensitivity.Restricted,
            Ttl = TimeSpan.FromTicks(1_234_567_891),
            ProofKey = new ProofKey(ProofKind.Dpop, "thumbprint"),
            PolicyVersion = "policy-1",
            Justification = Justification,
        },
        Attestor = task.Task.Attestor,
        Kind = task.Task.Kind,
        Purpose = task.Task.Purpose,
        Needs = [new ApprovalNeed("oncall", 2), new ApprovalNeed("owners", 1)],
        Barred = [task.Task.Subject],
    };
}
