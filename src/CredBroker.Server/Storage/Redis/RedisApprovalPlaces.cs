using CredBroker.Approvals;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Places of workloads' requests, each a sorted set in the workload's own bucket by the instant at which the request would be forgotten.</summary>
internal sealed class RedisApprovalPlaces(RedisStore store, IOptions<ApprovalOptions> options) : IApprovalPlaces
{
    public async Task<bool> TakeAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        var (tenant, workload) = (request.Action.Tenant, request.Action.Workload);
        var reply = await store.RunAsync(
            LuaScript.TakePlace,
            [BucketKeys.Asking(tenant, workload), BucketKeys.OfWorkload(tenant, workload).HighWater],
            [
                request.Id.Value, options.Value.MaxPerWorkload, Instant.Write(options.Value.LapseAfter + options.Value.Remember), store.Now, store.ClockBound,
            ],
            cancellationToken);
        // A clock that jumped would free the places of requests that people have yet to answer.
        return reply.Code == "CLOCK" ? throw StoreClock.Fault() : reply.Code == "OK";
    }

    public Task ReturnAsync(ApprovalRequest request, CancellationToken cancellationToken) => store.GuardAsync(
        database => database.SortedSetRemoveAsync(BucketKeys.Asking(request.Action.Tenant, request.Action.Workload), request.Id.Value), cancellationToken);
}
