using CredBroker.Leases;
using CredBroker.Tasks;
using CredBroker.Templates.Documents;

namespace CredBroker.Policy.Cedar.Cases;

/// <summary>What a case says that its task holds.</summary>
internal sealed class CaseLeases(IReadOnlyList<Lease> held) : ILeaseIndex
{
    public static CaseLeases Of(SourceDocument document, AgentTask task) =>
        new([.. document.List("spec.request.task.held").Select(text => Lease(text.Split(' '), task))]);

    public Task<LeaseScan> ScanAsync(int bucket, LeaseSelector selector, string? after, int take, CancellationToken cancellationToken) =>
        Task.FromResult(new LeaseScan(held, null));

    public Task<BucketPage<LeasePosition>> ListAsync(int bucket, LeaseSelector selector, LeasePosition? after, int take, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Policies ask for live leases only.");

    public Task<IReadOnlyList<Lease>> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Policies ask for live leases only.");

    private static Lease Lease(string[] words, AgentTask task) => new()
    {
        Id = LeaseId.New(task.Id.Bucket, PolicyCaseReader.Now),
        State = LeaseState.Active,
        Generation = 1,
        IssuedAt = PolicyCaseReader.Now,
        ExpiresAt = PolicyCaseReader.Now,
        MaxExpiresAt = PolicyCaseReader.Now,
        Terms = new LeaseTerms
        {
            TaskId = task.Id,
            Tenant = task.Tenant,
            Workload = task.Subject,
            Template = words[2],
            TemplateVersion = "",
            Target = words[2],
            Sensitivity = Enum.Parse<Sensitivity>(words[1], ignoreCase: true),
            Risk = RiskLevel.Low,
            Capabilities = PolicyCaseReader.Capability(words[0]),
            Backend = "",
            Revocability = Revocability.None,
            Renewable = false,
            PolicyVersion = "",
            Labels = [],
        },
    };
}
