using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.JoinTokens;

[TestFixture, Category("Unit")]
public sealed class ConformanceTests() : AttestorConformance(() => Task.FromResult<IAttestorUnderTest>(new JoinTokenUnderTest()));
