using CredBroker.Client.Internal;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Operators;

/// <summary>What platform teams turn.</summary>
public sealed class OperatorPlatform
{
    // A million leases may have to be held against policies.
    private static readonly TimeSpan ReviewTime = TimeSpan.FromMinutes(4);

    private readonly OperatorCalls _calls;

    internal OperatorPlatform(OperatorCalls calls) => _calls = calls;

    /// <summary>Tells what a task would get, and why. Nothing is issued; quotas and fences are not asked.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="request">What it would ask for; justification and approval play no part.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BrokerRefusedException"><c>TASK_NOT_FOUND</c> or <c>TEMPLATE_NOT_FOUND</c>.</exception>
    public async Task<Explanation> ExplainAsync(string taskId, CredentialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var wire = new Wire.ExplainRequest { TaskId = taskId, Template = request.Template, Ttl = request.Ttl?.ToDuration() };
        wire.Capabilities.AddRange(request.Capabilities.Select(capability => (Wire.Capability)capability));
        var answer = await _calls.CallAsync(_calls.Connection.Governance.ExplainAsync, wire, cancellationToken);
        return new Explanation(answer.Allowed, answer.Reason, [.. answer.Policies], answer.PolicyVersion, answer.Ttl?.ToTimeSpan(), [.. answer.ApprovalGroups])
        {
            IsPending = answer.PendingApproval,
        };
    }

    /// <summary>
    /// Which live leases the templates and policies in force no longer permit. Nothing is revoked; the broker remembers for ten minutes that this
    /// operator has seen it.
    /// </summary>
    public async Task<TighteningPreview> PreviewTighteningAsync(CancellationToken cancellationToken = default)
    {
        var answer = await _calls.CallAsync(
            _calls.Connection.Governance.PreviewTighteningAsync, new Wire.PreviewTighteningRequest(), cancellationToken, ReviewTime);
        return new TighteningPreview(answer.Version, answer.LookedAt, (answer.NotPermitted ?? new Wire.BlastRadius()).ToRadius(), answer.Undecided);
    }

    /// <summary>Has those revoked, in every tenant; returns when that begins. It is never sent twice.</summary>
    /// <param name="version">The version that was previewed.</param>
    /// <param name="reason">Why; required, for the audit trail.</param>
    /// <param name="confirmCount">The count that the preview showed.</param>
    /// <param name="cancellationToken">Gives up waiting; not the order.</param>
    public async Task<DateTimeOffset> ApplyTighteningAsync(string version, string reason, long confirmCount, CancellationToken cancellationToken = default)
    {
        var request = new Wire.ApplyTighteningRequest { Version = version, Reason = reason, ConfirmCount = confirmCount };
        var answer = await _calls.CallAsync(_calls.Connection.Governance.ApplyTighteningAsync, request, cancellationToken, once: true);
        return answer.BeginsAt.ToInstant();
    }

    /// <summary>Makes a new signing key the current one; returns its id. It is never sent twice.</summary>
    /// <param name="emergency">Withdraw the old key at once and revoke what it signed.</param>
    /// <param name="reason">Why; required, for the audit trail.</param>
    /// <param name="cancellationToken">Gives up waiting; not the rotation.</param>
    public async Task<string> RotateSigningKeyAsync(bool emergency, string reason, CancellationToken cancellationToken = default)
    {
        var request = new Wire.RotateSigningKeyRequest { Emergency = emergency, Reason = reason };
        var answer = await _calls.CallAsync(_calls.Connection.Governance.RotateSigningKeyAsync, request, cancellationToken, once: true);
        return answer.KeyId;
    }

    /// <summary>Forgets the store's time high-water mark after a clock fault has been mended; returns the store's time.</summary>
    /// <param name="reason">Why; required, for the audit trail.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DateTimeOffset> ResetClockAsync(string reason, CancellationToken cancellationToken = default)
    {
        var request = new Wire.ResetClockRequest { Reason = reason };
        var answer = await _calls.CallAsync(_calls.Connection.Governance.ResetClockAsync, request, cancellationToken, once: true);
        return answer.StoreTime.ToInstant();
    }
}
