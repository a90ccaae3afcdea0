using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.Kubernetes;

/// <summary>The <c>kubernetes</c> attestor for the conformance suite.</summary>
internal sealed class KubernetesForm : IJwtAttestorForm
{
    public async Task<IJwtAttestorUnderTest> StartAsync(TimeSpan clockSkew) => await KubernetesUnderTest.WithKeysAsync(clockSkew: clockSkew);
}
