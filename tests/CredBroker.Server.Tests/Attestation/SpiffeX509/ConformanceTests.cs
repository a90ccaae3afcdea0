using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.SpiffeX509;

[TestFixture, Category("Unit")]
public sealed class ConformanceTests() : AttestorConformance(() => Task.FromResult<IAttestorUnderTest>(new SpiffeX509UnderTest()));
