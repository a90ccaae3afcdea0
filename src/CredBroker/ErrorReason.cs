namespace CredBroker;

/// <summary>
/// Why the broker refused. The wire name is the same in UPPER_SNAKE_CASE and stands in
/// <c>google.rpc.ErrorInfo.reason</c>; the gRPC code that goes with each is in <c>docs/errors.md</c>.
/// </summary>
public enum ErrorReason
{
    /// <summary>The evidence does not prove what it claims.</summary>
    AttestationFailed,

    /// <summary>Fresh evidence is due.</summary>
    AttestationExpired,

    /// <summary>The challenge is unknown, used or too old.</summary>
    ChallengeInvalid,

    /// <summary>The task token is missing, malformed or not the task's.</summary>
    TaskTokenInvalid,

    /// <summary>The proof of possession does not hold.</summary>
    ProofInvalid,

    /// <summary>Policy says no.</summary>
    PolicyDenied,

    /// <summary>The template does not offer what was asked for.</summary>
    CapabilityNotOffered,

    /// <summary>A person said no.</summary>
    ApprovalDenied,

    /// <summary>The task has been put into quarantine.</summary>
    Quarantined,

    /// <summary>The call is for operators with a role that the caller does not have.</summary>
    OperatorRoleRequired,

    /// <summary>No such template.</summary>
    TemplateNotFound,

    /// <summary>No such lease, or not the caller's.</summary>
    LeaseNotFound,

    /// <summary>No such task, or not the caller's.</summary>
    TaskNotFound,

    /// <summary>The task is over.</summary>
    TaskEnded,

    /// <summary>A fence stands in the way.</summary>
    Fenced,

    /// <summary>The lease cannot live any longer.</summary>
    MaxTtlReached,

    /// <summary>The lease cannot be renewed.</summary>
    LeaseNotRenewable,

    /// <summary>The approval came too late or was used.</summary>
    ApprovalLapsed,

    /// <summary>The idempotency key was used for another request, or its lease is over.</summary>
    IdempotencyConflict,

    /// <summary>A task of that name is there already.</summary>
    TaskExists,

    /// <summary>Somebody else changed it meanwhile; try again.</summary>
    ConcurrentUpdate,

    /// <summary>A limit on live leases is reached.</summary>
    QuotaExceeded,

    /// <summary>Too many requests.</summary>
    RateLimited,

    /// <summary>The backend that mints the credential does not answer.</summary>
    BackendUnavailable,

    /// <summary>The store does not answer.</summary>
    StoreUnavailable,

    /// <summary>The audit trail cannot be written, so nothing may be issued.</summary>
    AuditUnavailable,

    /// <summary>What verifies evidence does not answer.</summary>
    VerifierUnavailable,

    /// <summary>The request itself is wrong; the violations say where.</summary>
    InvalidRequest,
}
