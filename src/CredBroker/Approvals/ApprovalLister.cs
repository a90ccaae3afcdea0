using System.Runtime.CompilerServices;

namespace CredBroker.Approvals;

/// <summary>Requests as approvers see them: those of their own tenants.</summary>
public sealed class ApprovalLister(IApprovalIndex index, TimeProvider time)
{
    private static readonly int[] AllBuckets = [.. Enumerable.Range(0, Buckets.Count)];
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>How far behind the latest a change may have been written that is read only now.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    /// <summary>Requests, newest first. A page may be short, or even empty, and still not be the last.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>.</exception>
    public async Task<(IReadOnlyList<ApprovalRequest> Requests, string NextPageToken)> ListAsync(
        TenantScope scope, ApprovalState? state, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var take = PageToken.Size(pageSize);
        ApprovalPosition? after = null;
        if (PageToken.Read(pageToken) is { } place && !ApprovalPosition.TryParse(place, out after)) throw PageToken.Invalid();
        var merge = new BucketMerge<ApprovalPosition, ApprovalRequest>(
            ApprovalPosition.Order,
            (bucket, from, count) => index.ListAsync(bucket, from, count, cancellationToken),
            async places => [.. (await index.ReadAsync([.. places.Select(found => found.Id)], cancellationToken))
                .Where(request => scope.Includes(request.Action.Tenant) && (state is null || request.State == state))
                .Join(places, request => request.Id, found => found.Id, (request, found) => (found, request))]);
        var (requests, next) = await merge.ReadAsync(AllBuckets, after, take);
        return (requests, PageToken.Write(next?.ToString()));
    }

    /// <summary>The pending requests, then each one that is made or changes, as it stands then. Several changes in a moment may come as one.</summary>
    public async IAsyncEnumerable<ApprovalRequest> WatchAsync(TenantScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var told = new Dictionary<ApprovalId, long>();
        DateTimeOffset? since = null;
        while (true)
        {
            var changed = await index.ReadChangedAsync(since, cancellationToken);
            var isFirst = since is null;
            since = changed.AsOf - Overlap;
            foreach (var request in await index.ReadAsync(changed.Ids, cancellationToken))
            {
                if (told.TryGetValue(request.Id, out var generation) && generation >= request.Generation) continue;
                told[request.Id] = request.Generation;
                if (scope.Includes(request.Action.Tenant) && (!isFirst || request.State == ApprovalState.Pending)) yield return request;
            }

            // What did not change of late is told again only by a change.
            var late = changed.Ids.ToHashSet();
            foreach (var id in told.Keys.Where(id => !late.Contains(id)).ToList()) told.Remove(id);
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
