using CredBroker.Conformance.Attestation;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

[TestFixture, Category("Unit"), Parallelizable(ParallelScope.Self)]
public sealed class DamagedJwtTests() : DamagedJwtConformance(new SpiffeJwtForm());
