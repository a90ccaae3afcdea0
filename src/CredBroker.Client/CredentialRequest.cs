namespace CredBroker.Client;

/// <summary>A credential that a task wants.</summary>
/// <param name="Template">The name that the platform team gave it, such as <c>orders-api</c>.</param>
public sealed record CredentialRequest(string Template)
{
    /// <summary>What it is wanted for.</summary>
    public IReadOnlyList<Capability> Capabilities { get; init; } = [Capability.Read];

    /// <summary>How long it is to live, above zero and at most 24 h; null = the template's default. The template's maximum caps it.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>Why it is wanted, for the audit trail and for approvers; at most 8 KB.</summary>
    public string Justification { get; init; } = "";

    /// <summary>An approval that was given for this very request (<see cref="ApprovalPendingException.ApprovalId"/>).</summary>
    public string? ApprovalId { get; init; }

    /// <summary>
    /// How long to wait where people have to agree first; null = not at all: <see cref="ApprovalPendingException"/> says what to come back with.
    /// </summary>
    public TimeSpan? WaitForApproval { get; init; }

    /// <summary>Whether the credential is renewed in the background while the task lives. False = it is left to die at its expiry. What people had to agree to is
    /// never renewed: they have not agreed to more.</summary>
    public bool AutoRenew { get; init; } = true;
}
