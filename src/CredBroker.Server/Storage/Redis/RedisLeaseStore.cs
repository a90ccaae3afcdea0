using System.Globalization;
using CredBroker.Approvals;
using CredBroker.Leases;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Leases in Redis, one script a transition.</summary>
internal sealed class RedisLeaseStore(RedisStore store, StoreRoom room, IOptions<ApprovalOptions> approvals) : ILeaseStore
{
    private const int SharedRevokeKeys = 8;
    private const RevocationPriority SupersededPriority = RevocationPriority.TaskEnd;

    public async Task<BeginOutcome> BeginAsync(LeaseIntent intent, CancellationToken cancellationToken)
    {
        var terms = intent.Terms;
        var lease = BucketKeys.Of(intent.Id.Bucket).Lease(intent.Id);
        room.Require(lease);
        var reply = await store.RunAsync(LuaScript.Begin, BeginKeys(intent), BeginArguments(intent), cancellationToken);
        return reply.Code switch
        {
            "OK" => new BeginOutcome.Begun(new Lease
            {
                Id = intent.Id,
                Terms = terms,
                State = terms.IsBrokerMinted ? LeaseState.Active : LeaseState.Intent,
                Generation = 1,
                IssuedAt = reply.Time(0),
                ExpiresAt = reply.Time(1),
                MaxExpiresAt = reply.Time(2),
            }),
            "REPLAY" => ReadReplay(reply.Text(0), intent.RequestDigest),
            "STALE_FENCES" => new BeginOutcome.StaleFences(reply.Number(0)),
            "CLOCK" => new BeginOutcome.ClockFault(),
            "APPROVAL_PENDING" => new BeginOutcome.AwaitsApproval(),
            var code => new BeginOutcome.Refused(ReadRefusal(code)),
        };
    }

    public async Task<bool> RecordHandleAsync(Lease lease, string handle, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(lease.Id.Bucket);
        var reply = await store.RunAsync(
            LuaScript.Handle,
            [keys.Lease(lease.Id), keys.Due, .. RedisRevocationBacklog.Priorities.Select(priority => keys.Queue(lease.Terms.BackendKey, priority))],
            [lease.Generation, LeaseCodec.WriteNotes(handle), lease.Id.Value, Instant.Write(store.Options.IntentLife)],
            cancellationToken);
        return reply.Code == "OK";
    }

    public async Task<CommitOutcome> CommitAsync(Lease lease, string? handle, TimeSpan? ttl, long fenceEpoch, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(lease.Id.Bucket);
        RedisKey[] shared = [keys.Task(lease.Terms.TaskId), keys.Lease(lease.Id), keys.Due, keys.FenceEpoch, keys.HighWater];
        var reply = await store.RunAsync(
            LuaScript.Commit,
            [.. shared, .. RedisRevocationBacklog.Priorities.Select(priority => keys.Queue(lease.Terms.BackendKey, priority))],
            [
                lease.Id.Value, lease.Generation, fenceEpoch, store.Now, store.ClockBound, handle is null ? "" : LeaseCodec.WriteNotes(handle),
                ttl is { } granted ? Instant.Write(granted) : "",
            ],
            cancellationToken);
        return reply.Code switch
        {
            "OK" => new CommitOutcome.Committed(LeaseCodec.Read(lease.Id, reply.Text(0))),
            "TASK_ENDED" => new CommitOutcome.TaskEnded(),
            "STALE_FENCES" => new CommitOutcome.StaleFences(reply.Number(0)),
            "CLOCK" => new CommitOutcome.ClockFault(),
            _ => new CommitOutcome.Ended(),
        };
    }

    public async Task<RenewOutcome> RenewAsync(Lease lease, LeaseRenewal renewal, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(lease.Id.Bucket);
        var reply = await store.RunAsync(
            LuaScript.Renew,
            [keys.Task(lease.Terms.TaskId), keys.Lease(lease.Id), keys.Due, keys.FenceEpoch, keys.HighWater],
            [
                lease.Id.Value, renewal.TokenHash, store.Now, store.ClockBound, renewal.FenceEpoch, Instant.Write(renewal.Ttl), lease.Generation,
                renewal.Granted is { } granted ? Instant.Write(granted) : "",
            ],
            cancellationToken);
        return reply.Code switch
        {
            "OK" => new RenewOutcome.Renewed(LeaseCodec.Read(lease.Id, reply.Text(1)), reply.Time(0)),
            "STALE_FENCES" => new RenewOutcome.StaleFences(reply.Number(0)),
            "CLOCK" => new RenewOutcome.ClockFault(),
            var code => new RenewOutcome.Refused(ReadRefusal(code)),
        };
    }

    public async Task<IReadOnlyList<Lease>> RevokeAsync(RevokeRequest request, CancellationToken cancellationToken)
    {
        if (request.Leases.Count == 0) return [];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Leases.Count, RevokeRequest.MaxLeases);
        var bucket = request.Leases[0].Id.Bucket;
        var keys = BucketKeys.Of(bucket);
        var reply = await store.RunAsync(LuaScript.RevokeMany, RevokeKeys(keys, request), RevokeArguments(request), cancellationToken);
        if (reply.Code != "OK") return [];
        var changed = new List<Lease>(request.Leases.Count);
        for (var i = 0; i < request.Leases.Count; i++)
            if (reply.Text(i) is { Length: > 0 } value) changed.Add(LeaseCodec.Read(request.Leases[i].Id, value));
        if (changed.Any(lease => lease.State == LeaseState.Revoked)) RedisWakeUp.Send(store.Connection, bucket);
        return changed;
    }

    public async Task<Lease?> FindAsync(LeaseId id, CancellationToken cancellationToken)
    {
        var key = BucketKeys.Of(id.Bucket).Lease(id);
        var value = await store.GuardAsync(database => database.StringGetAsync(key), cancellationToken);
        return value.IsNull ? null : LeaseCodec.Read(id, (string)value!);
    }

    public async Task<LeasePage> ListAsync(TaskId taskId, long skip, int take, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(taskId.Bucket);
        var members = await store.GuardAsync(
            database => database.SortedSetRangeByRankAsync(keys.LeasesOf(taskId), skip, skip + take - 1), cancellationToken);
        var leases = await ReadAllAsync(store, keys, [.. members.Select(member => LeaseId.Parse((string)member!))], cancellationToken);
        return new LeasePage(leases, members.Length < take ? null : skip + members.Length);
    }

    /// <summary>Leases of one bucket by one MGET; those that are gone or unreadable are left out.</summary>
    internal static async Task<IReadOnlyList<Lease>> ReadAllAsync(
        RedisStore store, BucketKeys keys, IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0) return [];
        RedisKey[] leaseKeys = [.. ids.Select(keys.Lease)];
        return ReadAll(store, ids, await store.GuardAsync(database => database.StringGetAsync(leaseKeys), cancellationToken));
    }

    /// <summary>Leases from their records; those that are gone or unreadable are left out.</summary>
    internal static IReadOnlyList<Lease> ReadAll(RedisStore store, IReadOnlyList<LeaseId> ids, RedisValue[] values)
    {
        var leases = new List<Lease>(ids.Count);
        for (var i = 0; i < values.Length; i++)
            if (!values[i].IsNull && TryRead(store, ids[i], (string)values[i]!) is { } lease) leases.Add(lease);
        return leases;
    }

    /// <summary>A lease from its record; null where it cannot be read, which is made known.</summary>
    internal static Lease? TryRead(RedisStore store, LeaseId id, string value)
    {
        try
        {
            return LeaseCodec.Read(id, value);
        }
        catch (FormatException)
        {
            store.Unreadable.Note(id.Value);
            return null;
        }
    }

    private static RedisKey[] BeginKeys(LeaseIntent intent)
    {
        var terms = intent.Terms;
        var keys = BucketKeys.Of(intent.Id.Bucket);
        var lease = keys.Lease(intent.Id);
        RedisKey[] own =
        [
            keys.Task(terms.TaskId), lease, keys.Due, keys.LeasesOf(terms.TaskId), keys.ByWorkload(terms.Tenant, terms.Workload),
            keys.ByTemplate(terms.Template), keys.FenceEpoch, keys.HighWater,
            intent.IdempotencyKeyHash is { } key ? keys.IdempotencyKey(terms.TaskId, key) : lease,
            keys.TemplateIndexes,
        ];
        if (intent.Supersedes is { } earlier)
            own = [.. own, keys.Lease(earlier.Id), keys.AuditOwed, keys.Queue(earlier.Terms.BackendKey, SupersededPriority), keys.Queues];
        else if (intent.ApprovalId is not null)
            own = [.. own, lease, lease, lease, lease];
        return intent.ApprovalId is { } approval ? [.. own, .. RedisApprovalStore.UseKeys(approval, terms.TaskId)] : own;
    }

    private RedisValue[] BeginArguments(LeaseIntent intent)
    {
        var terms = intent.Terms;
        RedisValue[] own =
        [
            intent.Id.Value, intent.TokenHash, store.Now, store.ClockBound, intent.FenceEpoch, Instant.Write(intent.Ttl),
            Instant.Write(intent.MaxTtl), terms.IsBrokerMinted ? "t" : "b", Instant.Write(store.Options.IntentLife),
            intent.PerTask is null ? "-" : BucketKeys.HashOfTemplate(terms.Template), intent.PerTask?.ToString(CultureInfo.InvariantCulture) ?? "",
            intent.IdempotencyKeyHash is null ? "" : intent.RequestDigest, Instant.Write(store.Options.RememberIdempotencyKey), LeaseCodec.WriteTerms(terms),
        ];
        if (intent.Supersedes is { } earlier)
            own = [.. own, earlier.Id.Value, LeaseCodec.WriteNotes(earlier.BackendHandle, supersededBy: intent.Id), (int)SupersededPriority];
        else if (intent.ApprovalId is not null)
            own = [.. own, "", "", ""];
        return intent.ApprovalId is { } approval ? [.. own, approval.Value, intent.ApprovedAction, Instant.Write(approvals.Value.Remember)] : own;
    }

    private static RedisKey[] RevokeKeys(BucketKeys keys, RevokeRequest request)
    {
        var all = new List<RedisKey>(SharedRevokeKeys + (5 * request.Leases.Count))
        {
            keys.Due, keys.Feed, keys.FeedSequence, keys.Revoked, keys.AuditOwed, keys.HighWater, keys.TemplateIndexes,
            keys.Queues,
        };
        foreach (var lease in request.Leases)
        {
            var terms = lease.Terms;
            all.Add(keys.Lease(lease.Id));
            all.Add(keys.Task(terms.TaskId));
            all.Add(keys.ByWorkload(terms.Tenant, terms.Workload));
            all.Add(keys.ByTemplate(terms.Template));
            all.Add(keys.Queue(terms.BackendKey, request.Priority));
        }

        return [.. all];
    }

    private RedisValue[] RevokeArguments(RevokeRequest request)
    {
        var all = new List<RedisValue>(8 + (2 * request.Leases.Count))
        {
            (int)request.Reason, request.OnlyIfDue ? "1" : "0", store.Now, store.ClockBound, store.Options.FeedLength, Instant.Write(store.Options.Remember),
            (int)request.Priority, Instant.Write(store.Options.IntentLife),
        };
        foreach (var lease in request.Leases)
        {
            all.Add(lease.Id.Value);
            all.Add(lease.Terms.Audience is { } audience ? LeaseLabel.Of("audience", audience) : "-");
        }

        return [.. all];
    }

    /// <summary>What stands under an idempotency key.</summary>
    internal static BeginOutcome.Replay ReadReplay(string seen, string digest)
    {
        var space = seen.IndexOf(' ', StringComparison.Ordinal);
        return new BeginOutcome.Replay(LeaseId.Parse(seen[..space]), seen.AsSpan(space + 1).SequenceEqual(digest));
    }

    private static ErrorReason ReadRefusal(string code) => code switch
    {
        "TOKEN" => ErrorReason.TaskTokenInvalid,
        "TASK_ENDED" => ErrorReason.TaskEnded,
        "ATTESTATION_EXPIRED" => ErrorReason.AttestationExpired,
        "QUOTA_EXCEEDED" => ErrorReason.QuotaExceeded,
        "LEASE_NOT_FOUND" => ErrorReason.LeaseNotFound,
        "LEASE_NOT_RENEWABLE" => ErrorReason.LeaseNotRenewable,
        "MAX_TTL_REACHED" => ErrorReason.MaxTtlReached,
        "CONCURRENT_UPDATE" => ErrorReason.ConcurrentUpdate,
        "APPROVAL_DENIED" => ErrorReason.ApprovalDenied,
        "APPROVAL_LAPSED" => ErrorReason.ApprovalLapsed,
        "APPROVAL_UNKNOWN" => ErrorReason.PolicyDenied,
        _ => throw new InvalidOperationException($"A script answered {code}."),
    };
}
