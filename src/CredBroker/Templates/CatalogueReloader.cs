using CredBroker.Audit;
using Microsoft.Extensions.Logging;

namespace CredBroker.Templates;

/// <summary>Keeps a <see cref="TemplateCatalogue"/> as its folder says.</summary>
/// <param name="folder">The folder of documents.</param>
/// <param name="pollInterval">How often it is looked at; more than nothing.</param>
/// <param name="catalogue">What is kept.</param>
/// <param name="audit">Where loading and refusing is recorded.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For operators.</param>
/// <param name="checks">What templates must be to this broker; none = nothing more than good ones.</param>
public sealed class CatalogueReloader(
    string folder,
    TimeSpan pollInterval,
    TemplateCatalogue catalogue,
    IAuditLog audit,
    TimeProvider time,
    ILogger<CatalogueReloader> logger,
    IReadOnlyList<ITemplateCheck>? checks = null) : FolderReloader<CatalogueSnapshot>(folder, pollInterval, audit, time, logger)
{
    /// <summary>How often the folder is looked at unless told otherwise.</summary>
    public static readonly TimeSpan DefaultPollInterval = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override string Contents => "templates and rules";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Extensions => CatalogueReader.Extensions;

    /// <inheritdoc/>
    protected override (AuditEventType Loaded, AuditEventType Refused) Events => (AuditEventType.CatalogueLoaded, AuditEventType.CatalogueRefused);

    /// <inheritdoc/>
    protected override string CurrentVersion => catalogue.Current.Version;

    /// <inheritdoc/>
    protected override FolderReading<CatalogueSnapshot> Read(CancellationToken cancellationToken) =>
        CatalogueReader.Read(Folder, checks ?? [], cancellationToken);

    /// <inheritdoc/>
    protected override string VersionOf(CatalogueSnapshot set) => set.Version;

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, int> CountsOf(CatalogueSnapshot set) => new Dictionary<string, int>
    {
        ["templates"] = set.Templates.Count,
        ["targets"] = set.Targets.Count,
        ["rules"] = set.Rules.Count,
        ["groups"] = set.ApproverGroups.Count,
    };

    /// <inheritdoc/>
    protected override void PutInForce(CatalogueSnapshot set) => catalogue.Replace(set);
}
