using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary>The gRPC code of each reason. The table is the one of <c>docs/errors.md</c>; a test holds them against each other.</summary>
internal static class RefusalCodes
{
    public static StatusCode Of(ErrorReason reason) => reason switch
    {
        ErrorReason.AttestationFailed or ErrorReason.AttestationExpired or ErrorReason.ChallengeInvalid
            or ErrorReason.TaskTokenInvalid or ErrorReason.ProofInvalid => StatusCode.Unauthenticated,
        ErrorReason.PolicyDenied or ErrorReason.CapabilityNotOffered or ErrorReason.ApprovalDenied
            or ErrorReason.Quarantined or ErrorReason.OperatorRoleRequired => StatusCode.PermissionDenied,
        ErrorReason.TemplateNotFound or ErrorReason.LeaseNotFound or ErrorReason.TaskNotFound => StatusCode.NotFound,
        ErrorReason.TaskEnded or ErrorReason.Fenced or ErrorReason.MaxTtlReached
            or ErrorReason.LeaseNotRenewable or ErrorReason.ApprovalLapsed => StatusCode.FailedPrecondition,
        ErrorReason.IdempotencyConflict or ErrorReason.TaskExists => StatusCode.AlreadyExists,
        ErrorReason.ConcurrentUpdate => StatusCode.Aborted,
        ErrorReason.QuotaExceeded or ErrorReason.RateLimited => StatusCode.ResourceExhausted,
        ErrorReason.BackendUnavailable or ErrorReason.StoreUnavailable
            or ErrorReason.AuditUnavailable or ErrorReason.VerifierUnavailable => StatusCode.Unavailable,
        ErrorReason.InvalidRequest => StatusCode.InvalidArgument,
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
