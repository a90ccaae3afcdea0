using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.Kubernetes;

[TestFixture, Category("Server")]
public sealed class ConformanceTests() : AttestorConformance(async () => await new KubernetesForm().StartAsync(TimeSpan.FromSeconds(30)));
