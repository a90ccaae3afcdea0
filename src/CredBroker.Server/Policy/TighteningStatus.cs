using CredBroker.Issuance;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Policy;

/// <summary>Tells what the latest look at live leases has found. Nothing of that keeps the broker from its work.</summary>
internal sealed class TighteningStatus(Tightening tightening) : IStatusSource
{
    public IEnumerable<StatusComponent> Read()
    {
        var detail = tightening.Latest switch
        {
            null => "",
            { FinishedAt: null } pass => $"under way; {pass.Describe()}",
            { } pass => pass.Describe(),
        };
        return [new StatusComponent("tightening", IsHealthy: true, detail) { IsVital = false }];
    }
}
