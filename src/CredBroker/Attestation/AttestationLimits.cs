namespace CredBroker.Attestation;

/// <summary>How often workloads may be attested.</summary>
public sealed class AttestationLimits
{
    /// <summary>No limits.</summary>
    public static AttestationLimits None { get; } = new();

    /// <summary>For each network address, before anything is looked at; null = no limit.</summary>
    public RateLimit? PerAddress { get; init; }

    /// <summary>For each attested subject; null = no limit.</summary>
    public RateLimit? PerSubject { get; init; }

    /// <summary>Counts one more of a key.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.RateLimited"/>, with when it may happen.</exception>
    public static void Count(RateLimit? limit, string key)
    {
        if (limit?.Take(key) is not { } wait) return;
        throw new RefusedException(ErrorReason.RateLimited, "Too many attestations, or calls without a good token; try again later.") { RetryAfter = wait };
    }
}
