using CredBroker.Policy.Cedar.Wasm;
using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Documents;

/// <summary>
/// Reads a folder of <c>*.cedar</c> files into one set. It is strict: whatever Cedar or the schema object to, an unknown
/// annotation, a policy without <c>@id</c> or an id given twice is a fault, and all faults are told at once.
/// </summary>
internal static class PolicyFolder
{
    public static readonly IReadOnlyList<string> Extensions = [".cedar"];

    /// <summary>Reads everything below a folder. A folder without any policy is a fault: nobody means that.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static FolderReading<CedarPolicySet> Read(string folder, CedarModule module, CancellationToken cancellationToken = default)
    {
        var files = FolderTexts.Read(folder, Extensions, cancellationToken);
        var texts = new Dictionary<string, PolicyText>();
        var policies = new List<CedarPolicy>();
        using var reader = new PolicyTextReader(module);
        foreach (var text in files.Texts.SelectMany(file => PolicySplitter.Split(file.File, file.Text)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (reader.Read(text) is not { } policy) continue;
            if (texts.TryAdd(policy.Id, text)) policies.Add(policy);
            else text.File.Add(text.Line, policy.Id, $"is the id of another policy too, at {texts[policy.Id].File.File}:{texts[policy.Id].Line}");
        }

        reader.Validate(texts, policies);
        if (policies.Count == 0 && files.Faults.Count == 0) files.RefuseEmpty(folder);
        return files.Faults.Count == 0
            ? new FolderReading<CedarPolicySet>(new CedarPolicySet(policies), [])
            : new FolderReading<CedarPolicySet>(null, files.Faults) { IsWorthRetrying = files.IsUnread };
    }
}
