using System.Globalization;
using CredBroker.Audit;
using CredBroker.Leases;
using Microsoft.Extensions.Logging;

namespace CredBroker.Issuance;

/// <summary>
/// Holds live leases against templates and policies that have changed, in the background, so that what is forbidden now does not live on
/// until it expires. One broker does it for all; another goes on where one dies; a newer change begins it anew.
/// </summary>
public sealed partial class Tightening(
    TighteningPage page, ILeaseIndex leases, ITighteningStore store, TighteningTerms terms, IAuditLog audit, TimeProvider time, ILogger<Tightening> logger)
{
    private const int PageSize = 100;
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(15);
    private readonly string _holder = Guid.NewGuid().ToString("N");
    private string? _announced;

    /// <summary>The latest pass as this broker last saw it; null = it has seen none.</summary>
    public TighteningPass? Latest { get; private set; }

    /// <summary>Asks for a pass where something has changed, and goes on with one that is under way, if nobody else does. It returns when there is nothing more to do now.</summary>
    /// <exception cref="RefusedException">It is gone on with next time.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pass = await AnnounceAsync(await store.FindAsync(cancellationToken), cancellationToken);
        if (pass is { Overtaken.Count: > 0 } && pass.Version == page.Version) pass = await TellAsync(pass, cancellationToken);
        Latest = pass;
        if (pass is null or { FinishedAt: not null } || !IsOurs(pass) || time.GetUtcNow() < pass.RequestedAt + terms.Delay) return;
        if (!await store.TryHoldAsync(_holder, Hold, cancellationToken)) return;
        // What was read before it was held may be old.
        if (await store.FindAsync(cancellationToken) is { FinishedAt: null } held && IsOurs(held)) await WorkAsync(held, cancellationToken);
    }

    /// <summary>What an operator has ordered goes before what the settings say; a newer set goes before either.</summary>
    private bool IsOurs(TighteningPass pass) => pass.Version == page.Version && (pass.OrderedBy is not null || pass.Revokes == terms.Revokes);

    /// <summary>
    /// Every broker asks anew when it has got something new: until then it has issued by what was before. One that starts asks where nobody has.
    /// </summary>
    private async Task<TighteningPass?> AnnounceAsync(TighteningPass? pass, CancellationToken cancellationToken)
    {
        var version = page.Version;
        if (_announced == version) return pass;
        if (_announced is not null || pass is null || !IsOurs(pass))
        {
            // What was ordered for this very set stays ordered: an operator may have been quicker than this broker.
            var ordered = pass is { OrderedBy: not null } && pass.Version == version;
            var next = new TighteningPass
            {
                Number = (pass?.Number ?? 0) + 1,
                Version = version,
                Revokes = ordered || terms.Revokes,
                OrderedBy = ordered ? pass?.OrderedBy : null,
                RequestedAt = time.GetUtcNow(),
                Overtaken = pass?.OvertakenBy(version) ?? [],
            };
            // Where another came first, the next turn looks at that one.
            if (!await store.SaveAsync(next, pass?.Number ?? 0, cancellationToken)) return null;
            pass = next;
        }

        _announced = version;
        return pass;
    }

    /// <summary>Has it in the audit trail what was ordered and cut short. The pass that came instead owes that until it is written, whoever dies.</summary>
    private async Task<TighteningPass> TellAsync(TighteningPass pass, CancellationToken cancellationToken)
    {
        if (!await store.TryHoldAsync(_holder, Hold, cancellationToken)) return pass;
        if (await store.FindAsync(cancellationToken) is not { Overtaken.Count: > 0 } held || held.Version != page.Version) return pass;
        await audit.AppendAsync([.. held.Overtaken.Select(overtaken => Line(AuditEventType.TighteningCutShort, overtaken, time.GetUtcNow()))], cancellationToken);
        var told = held with { Overtaken = [] };
        return await store.SaveAsync(told, held.Number, cancellationToken) ? told : held;
    }

    private async Task WorkAsync(TighteningPass pass, CancellationToken cancellationToken)
    {
        pass = await page.RevokeAsync(pass, cancellationToken);
        while (pass.DoneBuckets < Buckets.Count)
        {
            var scan = await leases.ScanAsync(pass.DoneBuckets, new LeaseSelector(), pass.After, PageSize, cancellationToken);
            if (!IsOurs(pass)) return;
            if (scan.Leases.Count > 0)
            {
                if (!await store.TryHoldAsync(_holder, Hold, cancellationToken)) return;
                pass = await page.LookAsync(pass, scan.Leases, cancellationToken);
            }

            pass = pass with { After = scan.Next, DoneBuckets = pass.DoneBuckets + (scan.Next is null ? 1 : 0) };
            // On record before anything follows from it, so that nothing is counted twice, or not at all.
            if (!await store.SaveAsync(pass, pass.Number, cancellationToken)) return;
            pass = await page.RevokeAsync(pass, cancellationToken);
            Latest = pass;
            if (scan.Leases.Count > 0) await Task.Delay(TimeSpan.FromSeconds((double)scan.Leases.Count / terms.LeasesPerSecond), time, cancellationToken);
        }

        if (!IsOurs(pass)) return;
        var finished = pass with { FinishedAt = time.GetUtcNow() };
        await audit.AppendAsync(Line(AuditEventType.TighteningDone, finished, finished.FinishedAt.Value), cancellationToken);
        if (!await store.SaveAsync(finished, pass.Number, cancellationToken)) return;
        Latest = finished;
        if (finished.NotPermitted + finished.Undecided > 0) LogFound(finished.Version, finished.Describe());
    }

    private static AuditEvent Line(AuditEventType type, TighteningPass pass, DateTimeOffset at) => new()
    {
        Type = type,
        Time = at,
        Actor = AuditActor.System,
        Message = pass.Describe(),
        Details = new Dictionary<string, string>
        {
            ["version"] = pass.Version,
            ["mode"] = pass.Revokes ? "revoke" : "report",
            ["ordered_by"] = pass.OrderedBy ?? "",
            ["looked_at"] = pass.Looked.ToString(CultureInfo.InvariantCulture),
            ["not_permitted"] = pass.NotPermitted.ToString(CultureInfo.InvariantCulture),
            ["undecided"] = pass.Undecided.ToString(CultureInfo.InvariantCulture),
            ["revoked"] = pass.Revoked.ToString(CultureInfo.InvariantCulture),
        },
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Live leases were held against set {Version}; {Outcome}")]
    private partial void LogFound(string version, string outcome);
}
