using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>A fence was raised or lifted.</summary>
/// <param name="Fence">The fence.</param>
/// <param name="Lifted">Whether it has been lifted; what it killed stays dead.</param>
public sealed record FenceNotice(Fence Fence, bool Lifted);
