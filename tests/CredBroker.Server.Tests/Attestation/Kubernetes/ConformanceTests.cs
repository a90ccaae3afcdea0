using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.Kubernetes;

[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class ConformanceTests() : AttestorConformance(async () => await new KubernetesForm().StartAsync(TimeSpan.FromSeconds(30)));
