using System.Globalization;
using CredBroker.Audit;
using Microsoft.Extensions.Logging;

namespace CredBroker.Templates;

/// <summary>
/// Keeps a set of documents as its folder says. The folder is looked at every <paramref name="pollInterval"/>; a change is
/// read once two looks in a row have seen the same, so that a file still being written is left alone. A bad set never replaces
/// a good one, and no set comes into force before its audit event is durable.
/// </summary>
/// <param name="folder">The folder of documents.</param>
/// <param name="pollInterval">How often it is looked at; more than nothing.</param>
/// <param name="audit">Where loading and refusing is recorded.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For operators.</param>
/// <typeparam name="TSet">A set of documents. It is disposed where it does not come into force.</typeparam>
public abstract partial class FolderReloader<TSet>(
    string folder, TimeSpan pollInterval, IAuditLog audit, TimeProvider time, ILogger logger)
    where TSet : class
{
    private const int FaultsInAudit = 10;

    private string _handled = "";
    private string _lastSeen = "";
    private TSet? _unannounced;
    private volatile IReadOnlyList<CatalogueFault> _faults = [];

    /// <summary>Why the folder's present set is not the one in force; empty where it is.</summary>
    public IReadOnlyList<CatalogueFault> Faults => _faults;

    /// <summary>The folder of documents.</summary>
    protected string Folder { get; } = folder;

    /// <summary>What the set is of, such as <c>policies</c>.</summary>
    protected abstract string Contents { get; }

    /// <summary>How the names of documents end, each with its dot.</summary>
    protected abstract IReadOnlyList<string> Extensions { get; }

    /// <summary>The events that tell of a set in force and of one that was refused.</summary>
    protected abstract (AuditEventType Loaded, AuditEventType Refused) Events { get; }

    /// <summary>Version of the set in force.</summary>
    protected abstract string CurrentVersion { get; }

    /// <summary>Reads the first set and puts it in force. Its audit event follows when <see cref="RunAsync"/> begins.</summary>
    /// <exception cref="CatalogueException">The set is bad: there is nothing to start with.</exception>
    public void LoadInitial()
    {
        // Taken before reading, so that a change meanwhile is seen by the next look.
        _handled = _lastSeen = CatalogueFolder.Fingerprint(Folder, Extensions);
        var reading = Read(CancellationToken.None);
        var set = reading.Set ?? throw new CatalogueException(Contents, reading.Faults);
        PutInForce(set);
        _unannounced = set;
        Tell(set);
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
        if (_unannounced is { } first) await audit.AppendAsync(Loaded(first), cancellationToken);
        _unannounced = null;

        var seen = CatalogueFolder.Fingerprint(Folder, Extensions);
        var isSettled = seen == _lastSeen;
        _lastSeen = seen;
        if (!isSettled || seen == _handled) return;

        var reading = Read(cancellationToken);
        if (await ConsiderAsync(reading, seen, cancellationToken) && !reading.IsWorthRetrying) _handled = seen;
    }

    /// <summary>Reads the folder. A set comes with no faults, faults with no set.</summary>
    protected abstract FolderReading<TSet> Read(CancellationToken cancellationToken);

    /// <summary>Version of a set.</summary>
    protected abstract string VersionOf(TSet set);

    /// <summary>What a set holds, by name, for the audit trail.</summary>
    protected abstract IReadOnlyDictionary<string, int> CountsOf(TSet set);

    /// <summary>Puts another set in force, all of it at once.</summary>
    protected abstract void PutInForce(TSet set);

    /// <summary>Acts on what was read; false where the folder has changed meanwhile.</summary>
    private async Task<bool> ConsiderAsync(FolderReading<TSet> reading, string seen, CancellationToken cancellationToken)
    {
        var isInForce = false;
        try
        {
            if (CatalogueFolder.Fingerprint(Folder, Extensions) != seen) return false;
            if (reading.Set is { } set) isInForce = await AcceptAsync(set, cancellationToken);
            else await RefuseAsync(reading.Faults, cancellationToken);
            return true;
        }
        finally
        {
            if (!isInForce) (reading.Set as IDisposable)?.Dispose();
        }
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
            LogLookFailed(fault, Contents);
        }
    }

    private async Task<bool> AcceptAsync(TSet set, CancellationToken cancellationToken)
    {
        if (VersionOf(set) == CurrentVersion && _faults.Count == 0) return false;
        await audit.AppendAsync(Loaded(set), cancellationToken);
        PutInForce(set);
        _faults = [];
        Tell(set);
        return true;
    }

    private async Task RefuseAsync(IReadOnlyList<CatalogueFault> faults, CancellationToken cancellationToken)
    {
        if (faults.SequenceEqual(_faults)) return;
        await audit.AppendAsync(Refused(faults), cancellationToken);
        _faults = faults;
        LogRefused(CurrentVersion, Contents, faults.Count, string.Join("; ", faults.Take(FaultsInAudit)));
    }

    private AuditEvent Loaded(TSet set)
    {
        var details = new Dictionary<string, string> { ["version"] = VersionOf(set) };
        foreach (var (name, count) in CountsOf(set)) details[name] = Text(count);
        return new AuditEvent
        {
            Type = Events.Loaded,
            Time = time.GetUtcNow(),
            Actor = AuditActor.System,
            Message = $"A new set of {Contents} is in force.",
            Details = details,
        };
    }

    private AuditEvent Refused(IReadOnlyList<CatalogueFault> faults)
    {
        var details = new Dictionary<string, string> { ["version"] = CurrentVersion, ["faults"] = Text(faults.Count) };
        for (var i = 0; i < Math.Min(faults.Count, FaultsInAudit); i++) details[$"fault_{Text(i + 1)}"] = faults[i].ToString();
        return new AuditEvent
        {
            Type = Events.Refused,
            Time = time.GetUtcNow(),
            Actor = AuditActor.System,
            Message = $"A set of {Contents} was refused; the old one stays.",
            Details = details,
        };
    }

    private void Tell(TSet set)
    {
        var version = VersionOf(set);
        var summary = string.Join(", ", CountsOf(set).Select(count => $"{Text(count.Value)} {count.Key}"));
        LogLoaded(version, Contents, summary);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Information, Message = "Set {Version} of {Contents} is in force: {Summary}")]
    private partial void LogLoaded(string version, string contents, string summary);

    [LoggerMessage(Level = LogLevel.Error, Message = "The changed set is refused and {Version} of {Contents} stays in force: {Count} fault(s): {Faults}")]
    private partial void LogRefused(string version, string contents, int count, string faults);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking at the folder of {Contents} failed; it will be tried again")]
    private partial void LogLookFailed(Exception fault, string contents);
}
