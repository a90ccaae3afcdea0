using CredBroker.Approvals;

namespace CredBroker.Tests.Revocation;

/// <summary>A store in which nobody has ever been asked to agree to anything.</summary>
internal sealed class NoApprovals : IApprovalStore, IApprovalIndex
{
    public Task<AskOutcome> AskAsync(ApprovalRequest request, string tokenHash, CancellationToken cancellationToken) =>
        Task.FromResult<AskOutcome>(new AskOutcome.Refused(ErrorReason.TaskEnded));

    public Task<ApprovalRequest?> FindAsync(ApprovalId id, CancellationToken cancellationToken) => Task.FromResult<ApprovalRequest?>(null);

    public Task<VoteOutcome> VoteAsync(
        ApprovalRequest request, IReadOnlyList<ApprovalVote> votes, ApprovalState state, CancellationToken cancellationToken) =>
        Task.FromResult(VoteOutcome.Overtaken);

    public Task<UseFault?> UseAsync(ApprovalRequest request, string tokenHash, CancellationToken cancellationToken) =>
        Task.FromResult<UseFault?>(UseFault.Unknown);

    public Task<bool> LapseAsync(ApprovalId id, bool onlyIfDue, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task ForgetAsync(ApprovalId id, ApprovalRequest? request, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<ApprovalId>> ListOfTaskAsync(TaskId taskId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ApprovalId>>([]);

    public Task<BucketPage<ApprovalPosition>> ListAsync(int bucket, ApprovalPosition? after, int take, CancellationToken cancellationToken) =>
        Task.FromResult(new BucketPage<ApprovalPosition>([], IsLast: true));

    public Task<IReadOnlyList<ApprovalRequest>> ReadAsync(IReadOnlyList<ApprovalId> ids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ApprovalRequest>>([]);

    public Task<ChangedApprovals> ReadChangedAsync(DateTimeOffset? since, CancellationToken cancellationToken) =>
        Task.FromResult(new ChangedApprovals(DateTimeOffset.UnixEpoch, []));

    public Task<IReadOnlyList<ApprovalId>> ReadDueAsync(int perBucket, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ApprovalId>>([]);
}
