using CredBroker.Approvals;

namespace CredBroker.Server.Storage;

/// <summary>Counts the requests that people have not answered by following what changes: everything is read once, and then what is new. For one caller at a time.</summary>
internal sealed class PendingApprovals(IApprovalIndex index)
{
    private readonly HashSet<ApprovalId> _pending = [];
    private DateTimeOffset? _since;

    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>.</exception>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        var changed = await index.ReadChangedAsync(_since, cancellationToken);
        var read = (await index.ReadAsync(changed.Ids, cancellationToken)).ToDictionary(request => request.Id);
        foreach (var id in changed.Ids)
        {
            if (read.TryGetValue(id, out var request) && request.State == ApprovalState.Pending) _pending.Add(id);
            else _pending.Remove(id);
        }

        _since = changed.AsOf;
        return _pending.Count;
    }
}
