using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.Kubernetes;

[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class JwtTimesTests() : JwtTimesConformance(new KubernetesForm());
