using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.Oidc;

[TestFixture, Category("Server")]
public sealed class JwtTimesTests() : JwtTimesConformance(new OidcForm());
