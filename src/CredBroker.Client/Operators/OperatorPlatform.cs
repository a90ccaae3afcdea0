using CredBroker.Client.Internal;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Operators;

/// <summary>What platform teams turn.</summary>
public sealed class OperatorPlatform
{
    private readonly OperatorCalls _calls;

    internal OperatorPlatform(OperatorCalls calls) => _calls = calls;

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
