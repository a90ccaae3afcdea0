using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Testing.Attestation;

namespace CredBroker.Conformance.Attestation;

/// <summary>An attestor whose evidence is a JWT, and an issuer of it that signs whatever it is told to.</summary>
public interface IJwtAttestorUnderTest : IAttestorUnderTest
{
    /// <summary>The issuer's key, for ES256.</summary>
    TestSigningKey Key { get; }

    /// <summary>The header of good evidence, to be changed at will.</summary>
    JsonObject Header();

    /// <summary>The claims of good evidence that lives five minutes, to be changed at will; fresh ones each time.</summary>
    JsonObject Claims();

    /// <inheritdoc/>
    Task<Evidence> IAttestorUnderTest.MakeEvidenceAsync() => Task.FromResult(
        new Evidence(Attestor.Name, Encoding.ASCII.GetBytes(TestJws.Sign(Header().ToJsonString(), Claims().ToJsonString(), Key))));
}
