using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.Oidc;

[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class ConformanceTests() : AttestorConformance(async () => await new OidcForm().StartAsync(TimeSpan.FromSeconds(30)));
