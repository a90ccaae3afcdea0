using CredBroker.Attestation;
using CredBroker.Server.Jose;

namespace CredBroker.Server.Attestation;

/// <summary>
/// Turns what is wrong with evidence into a refusal that names its kind: "The JWT-SVID is refused: it is expired." Nothing else
/// gets out of an attestor. Every sentence stands on the attestor's page in <c>docs/attestors</c>.
/// </summary>
internal sealed partial class EvidenceGuard(string kind, ILogger logger)
{
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);

    /// <exception cref="RefusedException">The evidence proves nothing, or nobody can tell now.</exception>
    public async ValueTask<AttestedSubject> RunAsync(Func<ValueTask<AttestedSubject>> attest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await attest().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is JwtFault { CannotTell: true } or EvidenceFault { CannotTell: true })
        {
            throw new RefusedException(ErrorReason.VerifierUnavailable, $"The {kind} cannot be verified now: {fault.Message}.") { RetryAfter = TryAgainAfter };
        }
        catch (Exception fault) when (fault is JwtFault or EvidenceFault)
        {
            throw Refused(fault.Message, fault.InnerException);
        }
        catch (Exception e) when (e is not RefusedException && !cancellationToken.IsCancellationRequested)
        {
            // Only a fault of ours ends here. It fails closed, and is loud.
            LogUnforeseen(logger, e, kind);
            throw Refused("it could not be read", e);
        }
    }

    private RefusedException Refused(string fault, Exception? inner) => new(ErrorReason.AttestationFailed, $"The {kind} is refused: {fault}.", inner);

    [LoggerMessage(Level = LogLevel.Error, Message = "Verifying a {Kind} failed in an unforeseen way.")]
    private static partial void LogUnforeseen(ILogger logger, Exception exception, string kind);
}
