using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.Oidc;

[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class JoseTests() : JoseConformance(new OidcForm());
