using CredBroker.Client.Internal;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Operators;

/// <summary>Tasks and workloads in quarantine.</summary>
public sealed class OperatorQuarantines
{
    private readonly OperatorCalls _calls;

    internal OperatorQuarantines(OperatorCalls calls) => _calls = calls;

    /// <summary>Every task and every workload in quarantine, the one that is there longest first.</summary>
    public async Task<IReadOnlyList<Quarantine>> ListAsync(CancellationToken cancellationToken = default)
    {
        var answer = await _calls.CallAsync(_calls.Connection.Revocations.ListQuarantinesAsync, new Wire.ListQuarantinesRequest(), cancellationToken);
        return [.. answer.Quarantines.Select(q => new Quarantine(
            q.TaskId, q.Tenant, q.Workload, q.QuarantinedAt?.ToDateTimeOffset() ?? default, q.Refusals, q.LastReason, q.OrderId, q.FenceId))];
    }

    /// <summary>Lets a task out; what was revoked stays dead.</summary>
    public async Task ReleaseAsync(string taskId, string reason, CancellationToken cancellationToken = default)
    {
        var request = new Wire.ReleaseQuarantineRequest { TaskId = taskId, Reason = reason };
        await _calls.CallAsync(_calls.Connection.Revocations.ReleaseQuarantineAsync, request, cancellationToken, once: true);
    }

    /// <summary>Lets a workload out; what was revoked stays dead, and its tasks that are in quarantine themselves stay there.</summary>
    public async Task ReleaseWorkloadAsync(string tenant, string workload, string reason, CancellationToken cancellationToken = default)
    {
        var request = new Wire.ReleaseQuarantineRequest { Tenant = tenant, Workload = workload, Reason = reason };
        await _calls.CallAsync(_calls.Connection.Revocations.ReleaseQuarantineAsync, request, cancellationToken, once: true);
    }
}
