using CredBroker.Approvals;

namespace CredBroker.TestHost;

/// <summary>A store of requests for approval that dies before or after some of its steps.</summary>
internal sealed class CrashingApprovalStore(IApprovalStore inner, CrashPoint crash) : IApprovalStore
{
    public async Task<AskOutcome> AskAsync(ApprovalRequest request, string tokenHash, CancellationToken cancellationToken)
    {
        var outcome = await inner.AskAsync(request, tokenHash, cancellationToken);
        crash.Reached("after-ask");
        return outcome;
    }

    public Task<ApprovalRequest?> FindAsync(ApprovalId id, CancellationToken cancellationToken) => inner.FindAsync(id, cancellationToken);

    public async Task<VoteOutcome> VoteAsync(
        ApprovalRequest request, IReadOnlyList<ApprovalVote> votes, ApprovalState state, CancellationToken cancellationToken)
    {
        crash.Reached("before-vote");
        var outcome = await inner.VoteAsync(request, votes, state, cancellationToken);
        crash.Reached("after-vote");
        return outcome;
    }

    public async Task<UseFault?> UseAsync(ApprovalRequest request, string tokenHash, CancellationToken cancellationToken)
    {
        var fault = await inner.UseAsync(request, tokenHash, cancellationToken);
        crash.Reached("after-use");
        return fault;
    }

    public Task<bool> LapseAsync(ApprovalId id, bool onlyIfDue, CancellationToken cancellationToken) =>
        inner.LapseAsync(id, onlyIfDue, cancellationToken);

    public Task ForgetAsync(ApprovalId id, ApprovalRequest? request, CancellationToken cancellationToken) =>
        inner.ForgetAsync(id, request, cancellationToken);

    public Task<IReadOnlyList<ApprovalId>> ListOfTaskAsync(TaskId taskId, CancellationToken cancellationToken) =>
        inner.ListOfTaskAsync(taskId, cancellationToken);
}
