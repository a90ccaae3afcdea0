using CredBroker.Conformance.Stores;
using CredBroker.Server.Tests.Storage.Forms;

namespace CredBroker.Server.Tests.Storage;

[TestFixtureSource(typeof(StoreForms), nameof(StoreForms.All))]
public sealed class WorkloadLeasesTests(IStoreForm form) : WorkloadLeasesConformance(form);
