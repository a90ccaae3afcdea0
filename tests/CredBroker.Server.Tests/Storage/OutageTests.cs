using CredBroker.Conformance.Stores;
using CredBroker.Server.Tests.Storage.Forms;

namespace CredBroker.Server.Tests.Storage;

[TestFixtureSource(typeof(StoreForms), nameof(StoreForms.ForOutages))]
public sealed class OutageTests(IStoreForm form) : OutageConformance(form);
