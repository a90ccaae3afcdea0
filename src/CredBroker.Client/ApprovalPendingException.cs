namespace CredBroker.Client;

/// <summary>
/// People have to agree first. Ask again with <see cref="CredentialRequest.ApprovalId"/> once they have; the request must otherwise be the same.
/// </summary>
public sealed class ApprovalPendingException : BrokerException
{
    /// <summary>A request that waits for people.</summary>
    public ApprovalPendingException(string approvalId, IReadOnlyList<string> groups, DateTimeOffset? lapsesAt)
        : base($"Waiting for the approval {approvalId} by {string.Join(", ", groups)}.")
    {
        ApprovalId = approvalId;
        Groups = groups;
        LapsesAt = lapsesAt;
    }

    /// <summary>The approval to come back with.</summary>
    public string ApprovalId { get; }

    /// <summary>The groups that have to agree.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>Until when it can be agreed to and used.</summary>
    public DateTimeOffset? LapsesAt { get; }
}
