using System.Security.Cryptography;
using System.Text;
using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>
/// What a responder does: look at what would be hit, order its end. Every selector is narrowed to tenants in which they may. An order
/// is recorded before its fence is raised, and neither waits for the audit trail.
/// </summary>
public sealed class MassRevocation(LeaseSweep sweep, IPreviewStore previews, OrderDrain drain, TimeProvider time)
{
    /// <summary>Above this many leases the previewed count has to be given back.</summary>
    public const long ConfirmAbove = BlastRadius.ConfirmAbove;

    private const int MaxSelectorBytes = 64 * 1024;
    private const int ParallelBuckets = 8;

    /// <summary>
    /// What a revocation would hit; remembered for a while as what this operator has seen. Whoever may revoke is shown what a
    /// revocation of theirs would hit, and not what they may only look at.
    /// </summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>, or <see cref="ErrorReason.OperatorRoleRequired"/>: a tenant is named that is none of theirs.</exception>
    public async Task<BlastRadius> PreviewAsync(
        TenantScope mayRevoke, TenantScope mayLook, IReadOnlyList<LeaseSelector> selectors, string principal, CancellationToken cancellationToken)
    {
        selectors = SelectorScope.Narrow(selectors, mayRevoke.IsNone ? mayLook : mayRevoke);
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
    /// <see cref="ErrorReason.InvalidRequest"/>: no reason, nothing selected, not previewed, or the count given back is another;
    /// <see cref="ErrorReason.OperatorRoleRequired"/>: a tenant is named that is none of theirs.
    /// </exception>
    public async Task<RevocationOrder> OrderAsync(
        TenantScope mayRevoke, IReadOnlyList<LeaseSelector> selectors, string reason, long confirmCount, string principal, CancellationToken cancellationToken)
    {
        selectors = SelectorScope.Narrow(selectors, mayRevoke);
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
