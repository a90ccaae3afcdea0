using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Conformance.Attestation;

/// <summary>An attestor, and an issuer of its evidence that signs whatever it is told to.</summary>
public interface IJwtAttestorUnderTest : IAsyncDisposable
{
    /// <summary>The attestor itself.</summary>
    IAttestor Attestor { get; }

    /// <summary>The clock of attestor and issuer.</summary>
    FakeTimeProvider Time { get; }

    /// <summary>The issuer's key, for ES256.</summary>
    TestSigningKey Key { get; }

    /// <summary>The subject that good evidence proves.</summary>
    string Subject { get; }

    /// <summary>The header of good evidence, to be changed at will.</summary>
    JsonObject Header();

    /// <summary>The claims of good evidence that lives five minutes, to be changed at will; fresh ones each time.</summary>
    JsonObject Claims();

    /// <summary>How often a fault of the attestor's own was logged.</summary>
    int UnforeseenFaults { get; }
}
