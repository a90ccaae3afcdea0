using CredBroker.Approvals;

namespace CredBroker.Issuance;

/// <summary>What came of asking for a credential, where it was not refused.</summary>
public abstract record IssueOutcome
{
    private IssueOutcome() { }

    /// <summary>It was issued.</summary>
    public sealed record Issued(IssuedCredential Credential) : IssueOutcome;

    /// <summary>People have to agree first; nothing was issued.</summary>
    public sealed record AwaitsApproval(ApprovalRequest Request) : IssueOutcome;
}
