using CredBroker.Audit;

namespace CredBroker.Tokens;

/// <summary>Rotates the shared signing keys by command.</summary>
public sealed class SigningKeyRotation(ISigningKeyRing keys)
{
    /// <summary>
    /// Makes the next key sign: at once, or as soon as it has been published for long enough. In an emergency every key is
    /// withdrawn, its tokens are dead and verifiers are told so, and a new key signs at once. Written to the audit trail before
    /// it happens.
    /// </summary>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.InvalidRequest"/>: no reason, or the keys are in files and so not the broker's to change;
    /// <see cref="ErrorReason.AuditUnavailable"/> or <see cref="ErrorReason.StoreUnavailable"/>;
    /// <see cref="ErrorReason.ConcurrentUpdate"/>: other brokers changed the keys all the time.
    /// </exception>
    public Task<RotatedSigningKey> RotateAsync(string reason, bool emergency, string principal, CancellationToken cancellationToken)
    {
        new RequestLimits().RequiredText("reason", reason).ThrowIfAny();
        if (keys is not SharedSigningKeyRing shared)
            throw new RefusedException(ErrorReason.InvalidRequest, "This broker's signing keys are files: they are rotated by changing the files, as docs/keys.md says.");
        return shared.RotateAsync(new KeyRingCause(new AuditActor("human", principal, ""), reason, emergency), cancellationToken);
    }
}
