using CredBroker.Leases;

namespace CredBroker.Backends;

/// <summary>What a backend would make of a template and some capabilities, known before anything is made.</summary>
/// <param name="Revocability">How far a revocation of it reaches.</param>
/// <param name="Audience">For tokens: the audience.</param>
/// <param name="Scopes">For tokens: the scopes, in order.</param>
public sealed record BackendOffer(Revocability Revocability, string? Audience, IReadOnlyList<string> Scopes)
{
    /// <summary>What fails together: the lease's queue of revocations. Null = all of the backend.</summary>
    public string? BackendKey { get; init; }
}
