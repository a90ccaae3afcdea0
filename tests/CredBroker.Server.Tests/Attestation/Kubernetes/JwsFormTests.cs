using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.Kubernetes;

[TestFixture, Category("Server")]
public sealed class JwsFormTests() : JwsFormConformance(new KubernetesForm());
