using System.Security.Cryptography;
using System.Text;
using CredBroker.Audit;
using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>
/// What a responder does: look at what would be hit, order its end, lift a fence. An order is recorded before its fence is
/// raised, and neither waits for the audit trail; lifting does.
/// </summary>
public sealed class MassRevocation(
    LeaseSweep sweep, IPreviewStore previews, IFenceStore fences, OrderDrain drain, IAuditLog audit, TimeProvider time)
{
    /// <summary>Above this many leases the previewed count has to be given back.</summary>
    public const long ConfirmAbove = 100;

    private const int MaxSelectorBytes = 64 * 1024;
    private const int ParallelBuckets = 8;

    /// <summary>What a revocation would hit; remembered for a while as what this operator has seen.</summary>
    public async Task<BlastRadius> PreviewAsync(IReadOnlyList<LeaseSelector> selectors, string principal, CancellationToken cancellationToken)
    {
        Validate(selectors);
        var radius = new BlastRadius();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Buckets.Count),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelBuckets, CancellationToken = cancellationToken },
            async (bucket, token) =>
            {
                await foreach (var page in sweep.PagesAsync(bucket, selectors, token))
                {
                    lock (radius)
                    {
                        foreach (var lease in page) radius.Add(lease);
                    }
                }
            });
        await previews.RememberAsync(DigestOf(selectors, principal), radius.Total, cancellationToken);
        return radius;
    }

    /// <summary>Orders a revocation. It is under way when this returns, and goes on if this broker dies.</summary>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.InvalidRequest"/>: no reason, nothing selected, not previewed, or the count given back is another.
    /// </exception>
    public async Task<RevocationOrder> OrderAsync(
        IReadOnlyList<LeaseSelector> selectors, string reason, long confirmCount, string principal, CancellationToken cancellationToken)
    {
        Validate(selectors);
        new RequestLimits().RequiredText("reason", reason).ThrowIfAny();
        await RequirePreviewAsync(selectors, confirmCount, principal, cancellationToken);
        var now = time.GetUtcNow();
        var order = new RevocationOrder
        {
            Id = OrderId.New(now),
            Selectors = selectors,
            Reason = reason,
            OrderedBy = principal,
            OrderedAt = now,
            FenceId = FenceId.New(now),
        };
        return await drain.BeginAsync(order, CancellationToken.None);
    }

    /// <summary>Lifts a fence; what it killed stays dead. Two people have to agree unless one may decide alone. False = a second is needed.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>, or <see cref="ErrorReason.AuditUnavailable"/>: it stays.</exception>
    public async Task<bool> LiftAsync(FenceId id, string reason, string principal, bool aloneIsEnough, CancellationToken cancellationToken)
    {
        new RequestLimits().RequiredText("reason", reason).ThrowIfAny();
        if ((await fences.ListAsync(cancellationToken)).All(fence => fence.Id != id))
            throw RefusedException.Invalid("fence_id", "is no fence that stands");
        var other = aloneIsEnough ? principal : await previews.SecondAsync(id, principal, cancellationToken);
        if (other is null) return false;
        await audit.AppendAsync(
            new AuditEvent
            {
                Type = AuditEventType.FenceLiftAllowed,
                Time = time.GetUtcNow(),
                Actor = new AuditActor("human", principal, ""),
                Message = reason,
                Details = new Dictionary<string, string> { ["fence"] = id.Value, ["agreed_with"] = other },
            },
            cancellationToken);
        await fences.LiftAsync(id, CancellationToken.None);
        return true;
    }

    private async Task RequirePreviewAsync(IReadOnlyList<LeaseSelector> selectors, long confirmCount, string principal, CancellationToken cancellationToken)
    {
        var shown = await previews.RecallAsync(DigestOf(selectors, principal), cancellationToken);
        new RequestLimits()
            .Require(shown is not null, "selectors", "must have been previewed within the last 10 minutes")
            .Require(shown is null or <= ConfirmAbove || confirmCount == shown, "confirm_count", "must be the count that the preview showed")
            .ThrowIfAny();
    }

    private static void Validate(IReadOnlyList<LeaseSelector> selectors) => new RequestLimits()
        .Require(selectors.Count is > 0 and <= 100, "selectors", "must be 1 to 100")
        .Require(selectors.All(selector => !selector.IsEmpty), "selectors", "must each name something; to revoke everything name every tenant")
        // A fence is kept in every bucket, and every issue is held against it.
        .Require(selectors.Sum(selector => selector.TextBytes) <= MaxSelectorBytes, "selectors", "are larger than 64 KB together")
        .ThrowIfAny();

    private static string DigestOf(IReadOnlyList<LeaseSelector> selectors, string principal) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{principal}\n{string.Join('\n', selectors)}")));
}
