using System.Collections.Frozen;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Server.Jose;

namespace CredBroker.Server.KeySets;

/// <summary>One good state of an owner's public keys. A new state is a new object, so that two can be told apart by reference.</summary>
/// <param name="Keys">Keys by <c>kid</c>; none = nothing of this owner is trusted.</param>
/// <param name="LeftOut">Keys that could not be taken, in words for an operator.</param>
internal sealed record KeySet(FrozenDictionary<string, VerificationKey> Keys, IReadOnlyList<string> LeftOut)
{
    /// <summary>Certificates of its authorities, for an owner that makes certificates.</summary>
    public IReadOnlyList<X509Certificate2> Roots { get; init; } = [];

    /// <summary>A number that grows with every change, where the document has one.</summary>
    public ulong? Sequence { get; init; }

    /// <summary>How often the owner wants it to be read, where it says so.</summary>
    public TimeSpan? RefreshHint { get; init; }
}
