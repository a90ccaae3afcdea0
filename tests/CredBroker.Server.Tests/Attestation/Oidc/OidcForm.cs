using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.Oidc;

/// <summary>The <c>oidc</c> attestor for the conformance suite.</summary>
internal sealed class OidcForm : IJwtAttestorForm
{
    public async Task<IJwtAttestorUnderTest> StartAsync(TimeSpan clockSkew) => await OidcUnderTest.StartAsync(clockSkew: clockSkew);
}
