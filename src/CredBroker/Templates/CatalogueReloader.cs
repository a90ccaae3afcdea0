using System.Globalization;
using CredBroker.Audit;
using Microsoft.Extensions.Logging;

namespace CredBroker.Templates;

/// <summary>
/// Keeps a <see cref="TemplateCatalogue"/> as its folder says. The folder is looked at every <paramref name="pollInterval"/>;
/// a change is read once two looks in a row have seen the same, so that a file still being written is left alone.
/// A bad set never replaces a good one, and no set comes into force before its audit event is durable.
/// </summary>
/// <param name="folder">The folder of documents.</param>
/// <param name="pollInterval">How often it is looked at; more than nothing.</param>
/// <param name="catalogue">What is kept.</param>
/// <param name="audit">Where loading and refusing is recorded.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For operators.</param>
/// <param name="checks">What templates must be to this broker; none = nothing more than good ones.</param>
public sealed partial class CatalogueReloader(
    string folder,
    TimeSpan pollInterval,
    TemplateCatalogue catalogue,
    IAuditLog audit,
    TimeProvider time,
    ILogger<CatalogueReloader> logger,
    IReadOnlyList<ITemplateCheck>? checks = null)
{
    /// <summary>How often the folder is looked at unless told otherwise.</summary>
    public static readonly TimeSpan DefaultPollInterval = TimeSpan.FromSeconds(2);

    private const int FaultsInAudit = 10;

    private string _handled = "";
    private string _lastSeen = "";
    private CatalogueSnapshot? _unannounced;
    private volatile IReadOnlyList<CatalogueFault> _faults = [];

    /// <summary>Why the folder's present set is not the one in force; empty where it is.</summary>
    public IReadOnlyList<CatalogueFault> Faults => _faults;

    /// <summary>Reads the first set and puts it in force. Its audit event follows when <see cref="RunAsync"/> begins.</summary>
    /// <exception cref="CatalogueException">The set is bad: there is nothing to start with.</exception>
    public void LoadInitial()
    {
        // Taken before reading, so that a change meanwhile is seen by the next look.
        _handled = _lastSeen = CatalogueFolder.Fingerprint(folder);
        var reading = CatalogueReader.Read(folder, checks ?? []);
        var snapshot = reading.Snapshot ?? throw new CatalogueException(reading.Faults);
        catalogue.Replace(snapshot);
        _unannounced = snapshot;
        LogLoaded(snapshot.Version, snapshot.Templates.Count, snapshot.Targets.Count, snapshot.Rules.Count);
    }

    /// <summary>Looks at the folder until it is told to stop. No failure ends it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(pollInterval, time);
        try
        {
            do await LookSafelyAsync(cancellationToken);
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        if (_unannounced is { } first) await AppendAsync(Loaded(first), cancellationToken);
        _unannounced = null;

        var seen = CatalogueFolder.Fingerprint(folder);
        var isSettled = seen == _lastSeen;
        _lastSeen = seen;
        if (!isSettled || seen == _handled) return;

        var reading = CatalogueReader.Read(folder, checks ?? [], cancellationToken);
        if (CatalogueFolder.Fingerprint(folder) != seen) return;
        if (reading.Snapshot is { } snapshot) await AcceptAsync(snapshot, cancellationToken);
        else await RefuseAsync(reading.Faults, cancellationToken);
        if (!reading.IsWorthRetrying) _handled = seen;
    }

    private async Task LookSafelyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Nothing was put in force and nothing marked as handled: the next look tries again.
            LogLookFailed(fault);
        }
    }

    private async Task AcceptAsync(CatalogueSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Version == catalogue.Current.Version && _faults.Count == 0) return;
        await AppendAsync(Loaded(snapshot), cancellationToken);
        catalogue.Replace(snapshot);
        _faults = [];
        LogLoaded(snapshot.Version, snapshot.Templates.Count, snapshot.Targets.Count, snapshot.Rules.Count);
    }

    private async Task RefuseAsync(IReadOnlyList<CatalogueFault> faults, CancellationToken cancellationToken)
    {
        if (faults.SequenceEqual(_faults)) return;
        await AppendAsync(Refused(faults), cancellationToken);
        _faults = faults;
        LogRefused(catalogue.Current.Version, faults.Count, string.Join("; ", faults.Take(FaultsInAudit)));
    }

    private Task AppendAsync(AuditEvent auditEvent, CancellationToken cancellationToken) => audit.AppendAsync(auditEvent, cancellationToken);

    private AuditEvent Loaded(CatalogueSnapshot snapshot) => new()
    {
        Type = AuditEventType.CatalogueLoaded,
        Time = time.GetUtcNow(),
        Actor = AuditActor.System,
        Message = "A new set of templates and rules is in force.",
        Details = new Dictionary<string, string>
        {
            ["version"] = snapshot.Version,
            ["templates"] = Text(snapshot.Templates.Count),
            ["targets"] = Text(snapshot.Targets.Count),
            ["rules"] = Text(snapshot.Rules.Count),
        },
    };

    private AuditEvent Refused(IReadOnlyList<CatalogueFault> faults)
    {
        var details = new Dictionary<string, string> { ["version"] = catalogue.Current.Version, ["faults"] = Text(faults.Count) };
        for (var i = 0; i < Math.Min(faults.Count, FaultsInAudit); i++) details[$"fault_{Text(i + 1)}"] = faults[i].ToString();
        return new AuditEvent
        {
            Type = AuditEventType.CatalogueRefused,
            Time = time.GetUtcNow(),
            Actor = AuditActor.System,
            Message = "A set of templates and rules was refused; the old one stays.",
            Details = details,
        };
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Information, Message = "Catalogue {Version} is in force: {Templates} templates, {Targets} targets, {Rules} workload rules")]
    private partial void LogLoaded(string version, int templates, int targets, int rules);

    [LoggerMessage(Level = LogLevel.Error, Message = "The changed catalogue is refused and {Version} stays in force: {Count} fault(s): {Faults}")]
    private partial void LogRefused(string version, int count, string faults);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking at the catalogue's folder failed; it will be tried again")]
    private partial void LogLookFailed(Exception fault);
}
