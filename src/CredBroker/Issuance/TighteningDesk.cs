using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CredBroker.Audit;
using CredBroker.Leases;

namespace CredBroker.Issuance;

/// <summary>
/// Where operators see which live leases the templates and policies in force no longer permit, and have those revoked: by the pass that follows
/// a change by itself, so it is one broker's work at a time, and another's where that one dies.
/// </summary>
public sealed class TighteningDesk(
    LiveReview review, ILeaseIndex leases, ITighteningStore passes, IPreviewStore previews, TighteningTerms terms, IAuditLog audit, TimeProvider time)
    : IDisposable
{
    private const string Everywhere = "*";

    // It takes a processor for as long as it lasts, and requests want one too.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Which live leases of some tenants are no longer permitted; remembered for a while as what this operator has seen.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.ConcurrentUpdate"/>: this broker is at it for somebody else, or the set in force has changed on the way.</exception>
    public async Task<TighteningFindings> PreviewAsync(TenantScope scope, string principal, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(TimeSpan.Zero, cancellationToken)) throw Busy("The broker is looking for somebody else; try again.");
        try
        {
            var findings = await LookAsync(scope, cancellationToken);
            if (findings.Version != review.Version) throw Busy("Templates or policies have changed meanwhile; try again.");
            await previews.RememberAsync(DigestOf(findings.Version, scope, principal), findings.NotPermitted.Total, cancellationToken);
            return findings;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Orders the revocation of what is no longer permitted, in every tenant. It goes on if this broker dies; a change of the set in force ends it.</summary>
    /// <param name="version">The set that was previewed.</param>
    /// <param name="reason">Why.</param>
    /// <param name="confirmCount">The count that was shown; needed above <see cref="BlastRadius.ConfirmAbove"/>.</param>
    /// <param name="principal">Who.</param>
    /// <param name="cancellationToken">Gives up before it is on record.</param>
    /// <returns>When it begins.</returns>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.InvalidRequest"/>: no reason, another set is in force, not previewed, or the count is another;
    /// <see cref="ErrorReason.AuditUnavailable"/>: nothing was ordered; <see cref="ErrorReason.ConcurrentUpdate"/>: nothing was, ask again;
    /// <see cref="ErrorReason.StoreUnavailable"/>: nobody knows.
    /// </exception>
    public async Task<DateTimeOffset> ApplyAsync(string version, string reason, long confirmCount, string principal, CancellationToken cancellationToken)
    {
        new RequestLimits().RequiredText("reason", reason).Require(version == review.Version, "version", "is not in force, or not any more: preview anew").ThrowIfAny();
        var shown = await previews.RecallAsync(DigestOf(version, TenantScope.All, principal), cancellationToken);
        new RequestLimits()
            .Require(shown is not null, "version", "must have been previewed within the last 10 minutes")
            .Require(shown is null or <= BlastRadius.ConfirmAbove || confirmCount == shown, "confirm_count", "must be the count that the preview showed")
            .ThrowIfAny();
        // What is in the place now is what may be replaced: a pass that comes while the order is being written is a newer one.
        var latest = await passes.FindAsync(cancellationToken);
        if (version != review.Version || (latest is { FinishedAt: null } && latest.Version != version))
            throw Busy("Live leases are being held against another set; try again, or preview anew.");
        await audit.AppendAsync(Line(AuditEventType.TighteningOrdered, version, reason, shown ?? 0, principal), cancellationToken);
        var next = new TighteningPass
        {
            Number = (latest?.Number ?? 0) + 1,
            Version = version,
            Revokes = true,
            OrderedBy = principal,
            RequestedAt = time.GetUtcNow(),
            Overtaken = latest?.OvertakenBy(version) ?? [],
        };
        try
        {
            if (!await passes.SaveAsync(next, latest?.Number ?? 0, CancellationToken.None)) throw Busy("Another pass has begun meanwhile; try again.");
        }
        catch (RefusedException fault)
        {
            await TakeBackAsync(Line(AuditEventType.TighteningNotOrdered, version, reason, shown ?? 0, principal) with { Reason = ReasonName.Of(fault.Reason) });
            throw;
        }

        return next.RequestedAt + terms.Delay;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Says in the audit trail that what was ordered does not take place, and waits until that is durable, or known not to be.</summary>
    private async Task TakeBackAsync(AuditEvent line)
    {
        try
        {
            await audit.AppendAsync(line, CancellationToken.None);
        }
        catch (RefusedException)
        {
            // The operator is refused anyway.
        }
    }

    private async Task<TighteningFindings> LookAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        var (version, radius, looked, undecided) = (review.Version, new BlastRadius(), 0L, 0L);
        for (var bucket = 0; bucket < Buckets.Count; bucket++)
        {
            string? after = null;
            do
            {
                var page = await leases.ScanAsync(bucket, new LeaseSelector(), after, LeasePage.Size, cancellationToken);
                await foreach (var found in review.AskAsync([.. page.Leases.Where(lease => scope.Includes(lease.Terms.Tenant))], cancellationToken))
                {
                    looked++;
                    if (found.Standing == LeaseStanding.NotPermitted) radius.Add(found.Lease);
                    else if (found.Standing == LeaseStanding.Undecided) undecided++;
                }

                after = page.Next;
            }
            while (after is not null);
        }

        return new TighteningFindings(version, looked, radius, undecided);
    }

    private AuditEvent Line(AuditEventType type, string version, string reason, long shown, string principal) => new()
    {
        Type = type,
        Time = time.GetUtcNow(),
        Actor = new AuditActor("human", principal, ""),
        Message = reason,
        Details = new Dictionary<string, string> { ["version"] = version, ["previewed"] = shown.ToString(CultureInfo.InvariantCulture) },
    };

    private static string DigestOf(string version, TenantScope scope, string principal)
    {
        var tenants = scope.IsAll ? Everywhere : string.Join('\n', scope.Tenants.Order(StringComparer.Ordinal));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"tightening\n{principal}\n{version}\n{tenants}")));
    }

    private static RefusedException Busy(string message) => new(ErrorReason.ConcurrentUpdate, message) { RetryAfter = TimeSpan.FromSeconds(1) };
}
