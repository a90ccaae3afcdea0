using CredBroker.Attestation;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Conformance.Attestation;

/// <summary>An attestor of any kind, with somebody who makes good evidence for it.</summary>
public interface IAttestorUnderTest : IAsyncDisposable
{
    /// <summary>The attestor itself.</summary>
    IAttestor Attestor { get; }

    /// <summary>The clock of attestor and evidence.</summary>
    FakeTimeProvider Time { get; }

    /// <summary>The subject that good evidence proves.</summary>
    string Subject { get; }

    /// <summary>Whether a piece of evidence is good once.</summary>
    bool IsSingleUse { get; }

    /// <summary>Whether a payload that is written in another way says the very same.</summary>
    bool IsSame(ReadOnlyMemory<byte> good, byte[] damaged) => good.Span.SequenceEqual(damaged);

    /// <summary>How often a fault of the attestor's own was logged.</summary>
    int UnforeseenFaults { get; }

    /// <summary>Good evidence, fresh each time, that expires within an hour.</summary>
    Task<Evidence> MakeEvidenceAsync();
}
