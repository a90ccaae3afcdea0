using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

[TestFixture, Category("Unit"), Parallelizable(ParallelScope.Self)]
public sealed class ConformanceTests() : AttestorConformance(async () => await new SpiffeJwtForm().StartAsync(TimeSpan.FromSeconds(30)));
