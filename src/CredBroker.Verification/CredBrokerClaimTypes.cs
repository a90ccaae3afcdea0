namespace CredBroker.Verification;

/// <summary>The claims that a principal of the scheme carries. <c>Identity.Name</c> is the subject.</summary>
public static class CredBrokerClaimTypes
{
    /// <summary>The principal that is acted for; the agent itself where it is autonomous.</summary>
    public const string Subject = "sub";

    /// <summary>The attested workload that asked for the token.</summary>
    public const string ClientId = "client_id";

    /// <summary>The id of this token.</summary>
    public const string TokenId = "jti";

    /// <summary>One scope; a principal has as many of these claims as it has scopes.</summary>
    public const string Scope = "scope";

    /// <summary>One granted capability: <c>read</c>, <c>write</c> or <c>delegate</c>.</summary>
    public const string Capability = "capability";

    /// <summary>The lease that the token belongs to, <c>lse_…</c>.</summary>
    public const string LeaseId = "lease_id";

    /// <summary>The task that the token was issued for, <c>tsk_…</c>.</summary>
    public const string TaskId = "task_id";

    /// <summary>The same for all tokens of a root task and its children (RFC 8417).</summary>
    public const string TransactionId = "txn";

    /// <summary>Who acts for the subject, as JSON (RFC 8693).</summary>
    public const string Actor = "act";
}
