namespace CredBroker.Audit;

/// <summary>What happened. The name in the file is the same in snake_case.</summary>
public enum AuditEventType
{
    /// <summary>A task was opened, unless a <see cref="NotOpened"/> line follows.</summary>
    TaskOpened,

    /// <summary>A task was not opened after all: the request was refused, or got the task that it had opened before.</summary>
    NotOpened,

    /// <summary>A request that was repeated got the task that it had opened before, with a new token; the earlier one is good no more.</summary>
    TaskReopened,

    /// <summary>Fresh evidence of an open task's workload was accepted.</summary>
    TaskReattested,

    /// <summary>A task was sealed: nothing more is issued under it.</summary>
    TaskSealed,

    /// <summary>Issuing was decided: allowed. The lease follows, or a <see cref="NotIssued"/> line.</summary>
    IssueAllowed,

    /// <summary>An allowed issue did not take place.</summary>
    NotIssued,

    /// <summary>Renewing was decided: allowed.</summary>
    RenewAllowed,

    /// <summary>An allowed renewal did not take place.</summary>
    NotRenewed,

    /// <summary>The end of a lease was recorded.</summary>
    LeaseRevoking,

    /// <summary>The end of a lease was confirmed.</summary>
    LeaseRevoked,

    /// <summary>The end of a lease could not be brought about.</summary>
    LeaseIrrevocable,

    /// <summary>A call of a tool was decided: allowed.</summary>
    ToolCallAllowed,

    /// <summary>A call of a tool was decided: denied.</summary>
    ToolCallDenied,

    /// <summary>A call of a tool waits for people to agree.</summary>
    ToolCallPending,

    /// <summary>People were asked to agree.</summary>
    ApprovalRequested,

    /// <summary>Somebody agreed, or refused.</summary>
    ApprovalDecided,

    /// <summary>What people have agreed to was used, once and for all.</summary>
    ApprovalUsed,

    /// <summary>What people were asked, or have agreed to, was not used in time.</summary>
    ApprovalLapsed,

    /// <summary>An agent says what it did. All of it is its own word, but for the task and the lease.</summary>
    ActivityReported,

    /// <summary>A request was refused.</summary>
    Refused,

    /// <summary>The broker started.</summary>
    BrokerStarted,

    /// <summary>The broker stopped.</summary>
    BrokerStopped,

    /// <summary>A new set of templates and rules is in force.</summary>
    CatalogueLoaded,

    /// <summary>A set of templates and rules was refused; the old one stays.</summary>
    CatalogueRefused,

    /// <summary>A new set of policies is in force.</summary>
    PoliciesLoaded,

    /// <summary>A set of policies was refused; the old one stays.</summary>
    PoliciesRefused,

    /// <summary>Written by the log itself: it was interrupted here, and events may have been refused.</summary>
    Gap,

    /// <summary>An operator ordered a mass revocation; its fence stands.</summary>
    RevocationOrdered,

    /// <summary>A mass revocation has found nothing more to revoke.</summary>
    RevocationDone,

    /// <summary>An operator may lift a fence; it is lifted once this is durable.</summary>
    FenceLiftAllowed,

    /// <summary>A task was refused too often and is in quarantine: its fence stands, and its leases are being revoked.</summary>
    TaskQuarantined,

    /// <summary>The tasks of a workload were refused too often, and its rule has it in quarantine for that: its fence stands, and its leases are being revoked.</summary>
    WorkloadQuarantined,

    /// <summary>A task or a workload may leave its quarantine, by an operator's word or because the task is over; it does once this is durable.</summary>
    QuarantineReleaseAllowed,

    /// <summary>The tasks of a workload are refused conspicuously often. Nothing follows from it by itself.</summary>
    WorkloadAlarmed,

    /// <summary>A live lease would not be issued any more, or nobody can tell, since templates or policies have changed.</summary>
    LeaseNoLongerPermitted,

    /// <summary>An operator may have the live leases revoked that templates and policies no longer permit; it is under way once this is durable.</summary>
    TighteningOrdered,

    /// <summary>What was ordered so does not take place, or nobody knows whether it does.</summary>
    TighteningNotOrdered,

    /// <summary>What was ordered so was cut short by a newer set; what it has ended by then stays dead.</summary>
    TighteningCutShort,

    /// <summary>All live leases have been held against templates and policies that have changed.</summary>
    TighteningDone,

    /// <summary>An operator may make the store forget how late its clock ever was; it does once this is durable.</summary>
    ClockResetAllowed,

    /// <summary>A change of the signing keys was decided; it is in force once the store has it.</summary>
    SigningKeyChangeAllowed,

    /// <summary>An allowed change of the signing keys did not take place: another broker's was first, and it is decided anew.</summary>
    SigningKeyChangeOvertaken,

    /// <summary>An operator had a backend asked again to revoke a dead letter.</summary>
    DeadLetterRetried,
}
