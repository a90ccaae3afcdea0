using CredBroker.Conformance.Stores;
using CredBroker.Server.Tests.Storage.Forms;

namespace CredBroker.Server.Tests.Storage;

// First, for it waits more than it works.
[TestFixtureSource(typeof(StoreForms), nameof(StoreForms.ForOutages)), Order(1)]
public sealed class OutageTests(IStoreForm form) : OutageConformance(form);
