using CredBroker.Templates.Documents;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates;

/// <summary>
/// Reads a folder of YAML documents (kinds Template, Target, WorkloadRule and ApproverGroup) into one set. It is strict: whatever it does
/// not know is a fault, and it goes on after a fault so that all of them are told at once.
/// </summary>
public static class CatalogueReader
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxFileBytes = FolderTexts.MaxFileBytes;

    /// <summary>The most that all files together may hold, in bytes.</summary>
    public const int MaxTotalBytes = FolderTexts.MaxTotalBytes;

    internal static readonly IReadOnlyList<string> Extensions = [".yaml", ".yml"];

    /// <summary>Reads everything below a folder. A folder without any document is a fault: nobody means that.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static FolderReading<CatalogueSnapshot> Read(string folder, CancellationToken cancellationToken = default) => Read(folder, [], cancellationToken);

    /// <summary>Reads everything below a folder, for a place that asks more of its templates.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static FolderReading<CatalogueSnapshot> Read(string folder, IReadOnlyList<ITemplateCheck> checks, CancellationToken cancellationToken = default)
    {
        var texts = FolderTexts.Read(folder, Extensions, cancellationToken);
        var documents = new List<SourceDocument>();
        foreach (var (file, text) in texts.Texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            documents.AddRange(YamlTextParser.Parse(text, file).Select(DocumentKinds.Read).OfType<SourceDocument>());
        }

        SetRules.Check(documents);
        if (documents.Count == 0 && texts.Faults.Count == 0) texts.RefuseEmpty(folder);
        if (texts.Faults.Count == 0)
        {
            var snapshot = SnapshotBuilder.Build(documents);
            SetRules.CheckPlace(documents, snapshot, checks);
            if (texts.Faults.Count == 0) return new FolderReading<CatalogueSnapshot>(snapshot, []);
        }

        return new FolderReading<CatalogueSnapshot>(null, texts.Faults) { IsWorthRetrying = texts.IsUnread };
    }
}
