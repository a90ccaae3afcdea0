using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.AwsIam;

[TestFixture, Category("Server")]
public sealed class ConformanceTests() : AttestorConformance(async () => await AwsIamUnderTest.StartAsync());
