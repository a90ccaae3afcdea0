using CredBroker.Approvals;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Requests for approval in Redis, one script a transition, in the bucket of their task.</summary>
internal sealed class RedisApprovalStore(RedisStore store, IApprovalPlaces places, StoreRoom room, IOptions<ApprovalOptions> options) : IApprovalStore
{
    private const int MaxRounds = 8;

    private ApprovalOptions Options => options.Value;

    public async Task<AskOutcome> AskAsync(ApprovalRequest request, string tokenHash, CancellationToken cancellationToken)
    {
        room.Require(BucketKeys.Of(request.Id.Bucket).Approval(request.Id));
        var hasPlace = false;
        AskOutcome? outcome = null;
        try
        {
            for (var round = 0; round < MaxRounds && outcome is null; round++)
            {
                // A caller that hangs up must not leave a place taken that no request has.
                (outcome, var needsPlace) = await TryAskAsync(request, tokenHash, hasPlace, hasPlace ? CancellationToken.None : cancellationToken);
                if (!needsPlace) continue;
                hasPlace = await places.TakeAsync(request, cancellationToken);
                if (!hasPlace) outcome = new AskOutcome.WorkloadFull();
            }
        }
        catch (RefusedException refusal) when (hasPlace && refusal.MadeNothing)
        {
            await places.ReturnAsync(request, CancellationToken.None);
            throw;
        }

        // Where nobody knows whether it was recorded, the place stays taken until it frees itself. What an answer was lost of stands, and has it.
        var isRecorded = outcome is AskOutcome.Asked || (outcome is AskOutcome.Stands(var standing) && standing.Id == request.Id);
        if (hasPlace && !isRecorded) await places.ReturnAsync(request, CancellationToken.None);
        return outcome ?? new AskOutcome.Refused(ErrorReason.ConcurrentUpdate);
    }

    public async Task<ApprovalRequest?> FindAsync(ApprovalId id, CancellationToken cancellationToken)
    {
        var key = BucketKeys.Of(id.Bucket).Approval(id);
        var fields = await store.GuardAsync(database => database.HashGetAsync(key, ApprovalCodec.Fields), cancellationToken);
        try
        {
            return ApprovalCodec.Read(id, fields);
        }
        catch (FormatException)
        {
            store.Unreadable.Note(id.Value);
            throw;
        }
    }

    public async Task<VoteOutcome> VoteAsync(
        ApprovalRequest request, IReadOnlyList<ApprovalVote> votes, ApprovalState state, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(request.Id.Bucket);
        var reply = await store.RunAsync(
            LuaScript.Vote,
            [keys.Task(request.Action.TaskId), keys.Approval(request.Id), keys.ApprovalsDue, keys.ApprovalChanges, keys.AuditOwed, keys.HighWater],
            [
                request.Id.Value, request.Generation, ApprovalCodec.Write(state), ApprovalCodec.Write(votes), store.Now, store.ClockBound,
                Instant.Write(Options.Remember),
            ],
            cancellationToken);
        return reply.Code switch
        {
            "OK" => VoteOutcome.Recorded,
            "LAPSED" => VoteOutcome.Lapsed,
            "TASK_ENDED" => VoteOutcome.TaskEnded,
            "CLOCK" => VoteOutcome.ClockFault,
            _ => VoteOutcome.Overtaken,
        };
    }

    public async Task<UseFault?> UseAsync(ApprovalRequest request, string tokenHash, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(request.Id.Bucket);
        var reply = await store.RunAsync(
            LuaScript.UseApproval,
            [keys.Task(request.Action.TaskId), keys.HighWater, .. UseKeys(request.Id, request.Action.TaskId)],
            [request.Id.Value, tokenHash, request.Action.Digest, store.Now, store.ClockBound, Instant.Write(Options.Remember)],
            cancellationToken);
        return reply.Code switch
        {
            "OK" => null,
            "APPROVAL_PENDING" => UseFault.Pending,
            "APPROVAL_DENIED" => UseFault.Denied,
            "APPROVAL_LAPSED" => UseFault.Lapsed,
            "TOKEN" => UseFault.NotTheTasks,
            "TASK_ENDED" => UseFault.TaskEnded,
            "CLOCK" => UseFault.ClockFault,
            _ => UseFault.Unknown,
        };
    }

    public async Task<bool> LapseAsync(ApprovalId id, bool onlyIfDue, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(id.Bucket);
        var reply = await store.RunAsync(
            LuaScript.Lapse,
            [keys.Approval(id), keys.ApprovalsDue, keys.ApprovalChanges, keys.AuditOwed, keys.HighWater],
            [id.Value, onlyIfDue ? "1" : "0", store.Now, store.ClockBound, Instant.Write(Options.Remember)],
            cancellationToken);
        return reply.Code == "OK";
    }

    public Task ForgetAsync(ApprovalId id, ApprovalRequest? request, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(id.Bucket);
        var own = keys.Approval(id);
        return store.RunAsync(
            LuaScript.Forget,
            [
                own, keys.Approvals, keys.ApprovalsDue, keys.ApprovalChanges,
                request is null ? own : keys.ApprovalsOf(request.Action.TaskId), request is null ? own : keys.Ask(request.Action.Digest), keys.AuditOwed,
            ],
            [id.Value],
            cancellationToken);
    }

    public async Task<IReadOnlyList<ApprovalId>> ListOfTaskAsync(TaskId taskId, CancellationToken cancellationToken)
    {
        var key = BucketKeys.Of(taskId.Bucket).ApprovalsOf(taskId);
        var members = await store.GuardAsync(database => database.SetMembersAsync(key), cancellationToken);
        return [.. members.Select(member => ApprovalId.Parse((string)member!))];
    }

    /// <summary>The keys that a script needs to use an approval.</summary>
    internal static RedisKey[] UseKeys(ApprovalId id, TaskId taskId)
    {
        var keys = BucketKeys.Of(taskId.Bucket);
        return [keys.Approval(id), keys.ApprovalsOf(taskId), keys.ApprovalsDue, keys.ApprovalChanges, keys.AuditOwed];
    }

    /// <summary>Nothing where the same was asked for meanwhile, or where it takes a place of the workload's to go on.</summary>
    private async Task<(AskOutcome? Outcome, bool NeedsPlace)> TryAskAsync(
        ApprovalRequest request, string tokenHash, bool hasPlace, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(request.Id.Bucket);
        var digest = request.Action.Digest;
        var named = (string?)await store.GuardAsync(database => database.StringGetAsync(keys.Ask(digest)), cancellationToken);
        ApprovalId? earlier = named is null ? null : ApprovalId.Parse(named);
        var reply = await store.RunAsync(
            LuaScript.Ask, AskKeys(request, digest, earlier), AskArguments(request, tokenHash, digest, named, hasPlace), cancellationToken);
        AskOutcome? outcome = reply.Code switch
        {
            "OK" => new AskOutcome.Asked(request with { AskedAt = reply.Time(0), LapsesAt = reply.Time(1) }),
            "STANDS" => await FindAsync(earlier!.Value, cancellationToken) is { } standing ? new AskOutcome.Stands(standing) : null,
            "CHANGED" or "PLACE" => null,
            "CLOCK" => new AskOutcome.ClockFault(),
            "TOKEN" => new AskOutcome.Refused(ErrorReason.TaskTokenInvalid),
            "ATTESTATION_EXPIRED" => new AskOutcome.Refused(ErrorReason.AttestationExpired),
            "QUOTA_EXCEEDED" => new AskOutcome.Refused(ErrorReason.QuotaExceeded),
            _ => new AskOutcome.Refused(ErrorReason.TaskEnded),
        };
        return (outcome, reply.Code == "PLACE");
    }

    private static RedisKey[] AskKeys(ApprovalRequest request, string digest, ApprovalId? earlier)
    {
        var keys = BucketKeys.Of(request.Id.Bucket);
        return
        [
            keys.Task(request.Action.TaskId), keys.Approval(request.Id), keys.Ask(digest), keys.ApprovalsOf(request.Action.TaskId), keys.Approvals,
            keys.ApprovalsDue, keys.ApprovalChanges, keys.AuditOwed, keys.HighWater, keys.Approval(earlier ?? request.Id),
        ];
    }

    private RedisValue[] AskArguments(ApprovalRequest request, string tokenHash, string digest, string? named, bool hasPlace) =>
    [
        request.Id.Value, tokenHash, store.Now, store.ClockBound, digest, Instant.Write(Options.LapseAfter), Instant.Write(Options.Remember),
        Options.MaxPerTask, ApprovalCodec.Write(request), named ?? "", hasPlace ? "1" : "0",
    ];
}
