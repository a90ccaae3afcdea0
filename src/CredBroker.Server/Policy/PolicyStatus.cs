using CredBroker.Policy.Cedar;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Policy;

/// <summary>Tells whether there are policies to decide by, and whether they are the ones that the folder has now.</summary>
internal sealed class PolicyStatus(PolicyLibrary library, PolicyReloader reloader) : IStatusSource
{
    public IEnumerable<StatusComponent> Read()
    {
        if (library.Count == 0) return [new StatusComponent("policies", false, "There are no policies, so nothing is allowed.")];
        var faults = reloader.Faults.Count;
        var detail = faults == 0 ? "" : $"The folder's set is refused, and an older one is in force: {faults} fault(s), see the log.";
        return [new StatusComponent("policies", faults == 0, detail) { IsVital = false }];
    }
}
