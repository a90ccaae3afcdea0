using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.X509Pop;

[TestFixture, Category("Unit")]
public sealed class ConformanceTests() : AttestorConformance(() => Task.FromResult<IAttestorUnderTest>(new X509PopUnderTest()));
