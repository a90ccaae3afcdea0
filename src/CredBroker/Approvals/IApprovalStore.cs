namespace CredBroker.Approvals;

/// <summary>
/// Durable requests for approval. Each call is one atomic transition by compare-and-set and leaves a note for the audit trail;
/// every one refuses with <see cref="ErrorReason.StoreUnavailable"/> where the store does not answer. The use for a lease is
/// recorded together with the lease.
/// </summary>
public interface IApprovalStore
{
    /// <summary>
    /// Records a request, unless the task has made an equal one that still stands, or task or workload have as many as they may. The store's
    /// clock sets its instants.
    /// </summary>
    Task<AskOutcome> AskAsync(ApprovalRequest request, string tokenHash, CancellationToken cancellationToken);

    /// <summary>The request, or null where it is unknown or forgotten.</summary>
    /// <exception cref="FormatException">Its record cannot be read, which is made known.</exception>
    Task<ApprovalRequest?> FindAsync(ApprovalId id, CancellationToken cancellationToken);

    /// <summary>Puts what people have said in the place of what they had said when the request was read.</summary>
    /// <param name="request">The request as it was read.</param>
    /// <param name="votes">All that has been said from now on.</param>
    /// <param name="state">Where it stands from now on: pending, approved or denied.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<VoteOutcome> VoteAsync(ApprovalRequest request, IReadOnlyList<ApprovalVote> votes, ApprovalState state, CancellationToken cancellationToken);

    /// <summary>Uses an approval for what leaves no lease.</summary>
    /// <returns>Null where it is used by this; else where it stands, and so why not.</returns>
    Task<UseFault?> UseAsync(ApprovalRequest request, string tokenHash, CancellationToken cancellationToken);

    /// <summary>Lets an open request lapse; false where it was not open, or not due and had to be.</summary>
    Task<bool> LapseAsync(ApprovalId id, bool onlyIfDue, CancellationToken cancellationToken);

    /// <summary>Forgets a request of which nothing can become any more, whose time to be remembered is over and of which no audit line is owed; any other stays.</summary>
    Task ForgetAsync(ApprovalId id, ApprovalRequest? request, CancellationToken cancellationToken);

    /// <summary>The requests of a task that were not used.</summary>
    Task<IReadOnlyList<ApprovalId>> ListOfTaskAsync(TaskId taskId, CancellationToken cancellationToken);
}
