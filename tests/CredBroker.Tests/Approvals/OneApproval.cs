using CredBroker.Approvals;
using CredBroker.Audit;
using CredBroker.Policy;

namespace CredBroker.Tests.Approvals;

/// <summary>A store of one request, which others may change between two calls.</summary>
internal sealed class OneApproval : IApprovalStore, IAuditOutbox
{
    public ApprovalRequest Request { get; set; } = new()
    {
        Id = ApprovalId.New(3, DateTimeOffset.UnixEpoch),
        Action = new ApprovalAction
        {
            TaskId = TaskId.New(3, DateTimeOffset.UnixEpoch),
            Tenant = "payments",
            Workload = "spiffe://acme.test/agent/one",
            Subject = "ledger",
            Capabilities = Capabilities.Write,
            Target = "ledger",
            Sensitivity = Sensitivity.Restricted,
            PolicyVersion = "policy-1",
        },
        Attestor = "spiffe_jwt",
        Kind = WorkloadKind.Agent,
        Purpose = "test",
        Needs = [new ApprovalNeed("owners", 2)],
        Barred = ["spiffe://acme.test/agent/one"],
    };

    /// <summary>What happens just before the next vote.</summary>
    public Action? BeforeVote { get; set; }

    public int Settled { get; private set; }

    public Task<ApprovalRequest?> FindAsync(ApprovalId id, CancellationToken cancellationToken) => Task.FromResult(id == Request.Id ? Request : null);

    public Task<VoteOutcome> VoteAsync(
        ApprovalRequest request, IReadOnlyList<ApprovalVote> votes, ApprovalState state, CancellationToken cancellationToken)
    {
        BeforeVote?.Invoke();
        BeforeVote = null;
        if (request.Generation != Request.Generation || Request.State != ApprovalState.Pending) return Task.FromResult(VoteOutcome.Overtaken);
        Request = Request with { Votes = votes, State = state, Generation = Request.Generation + 1 };
        return Task.FromResult(VoteOutcome.Recorded);
    }

    public Task SettleAsync(IReadOnlyList<OwedAudit> owed, CancellationToken cancellationToken)
    {
        Settled += owed.Count;
        return Task.CompletedTask;
    }

    public Task<AskOutcome> AskAsync(ApprovalRequest request, string tokenHash, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<UseFault?> UseAsync(ApprovalRequest request, string tokenHash, CancellationToken cancellationToken)
    {
        if (Request.State != ApprovalState.Approved) return Task.FromResult<UseFault?>(UseFault.Unknown);
        Request = Request with { State = ApprovalState.Used, Generation = Request.Generation + 1, Used = (DateTimeOffset.UnixEpoch, Request.Generation + 1) };
        return Task.FromResult<UseFault?>(null);
    }

    public Task<bool> LapseAsync(ApprovalId id, bool onlyIfDue, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task ForgetAsync(ApprovalId id, ApprovalRequest? request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<ApprovalId>> ListOfTaskAsync(TaskId taskId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<OwedAudit>> ReadOwedAsync(TimeSpan age, int perBucket, CancellationToken cancellationToken) => throw new NotSupportedException();
}
