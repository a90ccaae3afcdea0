using CredBroker.Testing.Broker;

namespace CredBroker.Testing.Replicas;

/// <summary>What one broker's audit trail says of leases that were issued and that expired.</summary>
/// <param name="Issued">Leases that it issued, or handed out again to who repeated a call.</param>
/// <param name="Ended">Leases whose expiry it wrote down.</param>
internal sealed record TrailCount(IReadOnlySet<string> Issued, IReadOnlySet<string> Ended)
{
    public static TrailCount Read(BrokerSite site)
    {
        var (issued, ended) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var line in site.ReadAudit())
        {
            var lease = (string?)line["lease"] ?? "";
            switch ((string?)line["type"])
            {
                case "issue_allowed":
                    issued.Add(lease);
                    break;
                case "not_issued":
                    issued.Remove(lease);
                    if ((string?)line["details"]?["replay_of"] is { } earlier) issued.Add(earlier);
                    break;
                case "lease_revoked" when (string?)line["reason"] == "expired":
                    ended.Add(lease);
                    break;
            }
        }

        return new TrailCount(issued, ended);
    }
}
