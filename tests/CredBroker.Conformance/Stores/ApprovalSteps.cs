using CredBroker.Approvals;

namespace CredBroker.Conformance.Stores;

/// <summary>What a broker does with requests for approval. Each step fails the test where it does not succeed.</summary>
public static class ApprovalSteps
{
    public static Task<AskOutcome> TryAskAsync(this BrokerOnStore broker, HeldTask task, ApprovalDraft? draft = null) =>
        broker.Approvals.AskAsync((draft ?? new ApprovalDraft()).Build(task, TimeProvider.System.GetUtcNow()), task.Token.SecretHash, CancellationToken.None);

    public static async Task<ApprovalRequest> AskAsync(this BrokerOnStore broker, HeldTask task, ApprovalDraft? draft = null) =>
        await broker.TryAskAsync(task, draft) is AskOutcome.Asked(var request) ? request : throw new AssertionException("Nobody was asked.");

    public static async Task<ApprovalRequest> ReadAsync(this BrokerOnStore broker, ApprovalRequest request) =>
        await broker.Approvals.FindAsync(request.Id, CancellationToken.None) ?? throw new AssertionException("The request is gone.");

    public static Task<VoteOutcome> TryVoteAsync(this BrokerOnStore broker, ApprovalRequest request, ApprovalState state, string by = "ann") =>
        broker.Approvals.VoteAsync(
            request,
            [.. request.Votes, new ApprovalVote(by, state != ApprovalState.Denied, "because", DateTimeOffset.UnixEpoch.AddDays(20_000), request.Generation + 1)],
            state, CancellationToken.None);

    public static async Task<ApprovalRequest> ApproveAsync(this BrokerOnStore broker, ApprovalRequest request)
    {
        Assert.That(await broker.TryVoteAsync(request, ApprovalState.Approved), Is.EqualTo(VoteOutcome.Recorded));
        return await broker.ReadAsync(request);
    }

    public static LeaseDraft For(this LeaseDraft draft, ApprovalRequest request) =>
        draft with { ApprovalId = request.Id, ApprovedAction = request.Action.Digest };
}
