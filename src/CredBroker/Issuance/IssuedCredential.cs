using CredBroker.Backends;
using CredBroker.Leases;

namespace CredBroker.Issuance;

/// <summary>A lease and the credential that it records.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Credential">The credential; null where a renewal changed nothing but the time.</param>
public sealed record IssuedCredential(Lease Lease, Credential? Credential);
