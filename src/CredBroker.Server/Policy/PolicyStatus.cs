using CredBroker.Policy.Cedar;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Policy;

/// <summary>Tells whether there are policies to decide by.</summary>
internal sealed class PolicyStatus(PolicyLibrary library) : IStatusSource
{
    public IEnumerable<StatusComponent> Read() =>
        [new StatusComponent("policies", library.Count > 0, library.Count > 0 ? "" : "There are no policies, so nothing is allowed.")];
}
