using System.Collections.Frozen;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>One good state of a trust domain's bundle. A new state is a new object, so that two can be told apart by reference.</summary>
/// <param name="Keys">Keys by <c>kid</c>; none = nothing of this domain is trusted.</param>
/// <param name="Sequence"><c>spiffe_sequence</c>, where it has one.</param>
/// <param name="LeftOut">Keys that could not be taken, in words for an operator.</param>
internal sealed record TrustBundle(FrozenDictionary<string, BundleKey> Keys, ulong? Sequence, IReadOnlyList<string> LeftOut);
