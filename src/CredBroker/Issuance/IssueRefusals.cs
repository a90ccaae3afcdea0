using CredBroker.Leases;

namespace CredBroker.Issuance;

/// <summary>The sentences that go with what the store refuses.</summary>
internal static class IssueRefusals
{
    public static string Sentence(ErrorReason reason) => reason switch
    {
        ErrorReason.TaskEnded => "The task is over.",
        ErrorReason.AttestationExpired => "Fresh evidence is due: send it with a heartbeat.",
        ErrorReason.QuotaExceeded => "The task holds as many live leases of this template as it may.",
        ErrorReason.LeaseNotFound => "There is no such lease.",
        ErrorReason.LeaseNotRenewable => "The lease cannot be renewed.",
        ErrorReason.MaxTtlReached => "The lease has reached its longest life; ask for a new one.",
        ErrorReason.ConcurrentUpdate => "Somebody else changed the lease meanwhile; try again.",
        ErrorReason.Quarantined => Quarantine.TaskSentence,
        ErrorReason.Fenced => "An operator has put a fence in the way.",
        _ => "The store refused.",
    };
}
