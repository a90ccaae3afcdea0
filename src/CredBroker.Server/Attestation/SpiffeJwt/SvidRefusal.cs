namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>The two ways to say no. Every sentence stands in <c>docs/attestors/spiffe_jwt.md</c>.</summary>
internal static class SvidRefusal
{
    public static RefusedException Because(string fault, Exception? inner = null) =>
        new(ErrorReason.AttestationFailed, $"The JWT-SVID is refused: {fault}.", inner);

    public static RefusedException CannotTell(string fault) =>
        new(ErrorReason.VerifierUnavailable, $"The JWT-SVID cannot be verified now: {fault}.") { RetryAfter = TimeSpan.FromSeconds(5) };
}
