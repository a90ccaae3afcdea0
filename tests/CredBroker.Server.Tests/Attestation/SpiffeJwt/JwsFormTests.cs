using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

[TestFixture, Category("Unit")]
public sealed class JwsFormTests() : JwsFormConformance(new SpiffeJwtForm());
