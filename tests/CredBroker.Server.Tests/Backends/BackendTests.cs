using CredBroker.Conformance.Backends;
using CredBroker.Server.Tests.Backends.Forms;

namespace CredBroker.Server.Tests.Backends;

[TestFixtureSource(nameof(Forms))]
public sealed class BackendTests(IBackendForm form) : BackendConformance(form)
{
    public static IEnumerable<IBackendForm> Forms() => [new TokenBackendForm(), new VaultBackendForm()];
}
