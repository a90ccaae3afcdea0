using CredBroker.Leases;

namespace CredBroker.Backends;

/// <summary>A secret with a short life. It goes into the reply and nowhere else: its text form is redacted and it has no public members that a serialiser would find.</summary>
public abstract record Credential
{
    private protected Credential(DateTimeOffset expiresAt, Revocability revocability)
    {
        ExpiresAt = expiresAt;
        Revocability = revocability;
    }

    /// <summary>When it dies.</summary>
    public DateTimeOffset ExpiresAt { get; private init; }

    /// <summary>How far a revocation reaches.</summary>
    public Revocability Revocability { get; }

    /// <summary>The same one, which dies no later than this.</summary>
    public Credential Until(DateTimeOffset end) => end < ExpiresAt ? this with { ExpiresAt = end } : this;

    /// <inheritdoc/>
    public sealed override string ToString() => $"{GetType().Name} {{ [redacted] }}";
}
