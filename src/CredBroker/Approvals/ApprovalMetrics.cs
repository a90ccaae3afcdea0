using System.Diagnostics.Metrics;

namespace CredBroker.Approvals;

/// <summary>Counts what people are asked, and what they say.</summary>
public sealed class ApprovalMetrics
{
    private readonly Counter<long> _asked;
    private readonly Counter<long> _decided;

    /// <summary>Makes the instruments.</summary>
    public ApprovalMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(BrokerTelemetry.Name);
        _asked = meter.CreateCounter<long>("credbroker.approvals.asked", "{approval}", "Requests put to people.");
        _decided = meter.CreateCounter<long>("credbroker.approvals.decided", "{approval}", "Their answers.");
    }

    /// <summary>A request has come to a state for the first time.</summary>
    public void Came(ApprovalRequest request)
    {
        switch (request.State)
        {
            case ApprovalState.Pending when request.Votes.Count == 0:
                _asked.Add(1);
                break;
            case ApprovalState.Approved:
                _decided.Add(1, new KeyValuePair<string, object?>(BrokerTelemetry.Outcome, "approved"));
                break;
            case ApprovalState.Denied:
                _decided.Add(1, new KeyValuePair<string, object?>(BrokerTelemetry.Outcome, "denied"));
                break;
            default:
                // Used and lapsed is nobody's answer, and one voice of several not yet.
                break;
        }
    }
}
