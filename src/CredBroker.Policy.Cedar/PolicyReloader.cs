using CredBroker.Audit;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Policy.Cedar.Wasm;
using CredBroker.Templates;
using Microsoft.Extensions.Logging;

namespace CredBroker.Policy.Cedar;

/// <summary>Keeps a <see cref="PolicyLibrary"/> as its folder says.</summary>
/// <param name="folder">The folder of <c>*.cedar</c> files.</param>
/// <param name="pollInterval">How often it is looked at; more than nothing.</param>
/// <param name="library">What is kept.</param>
/// <param name="module">Cedar.</param>
/// <param name="audit">Where loading and refusing is recorded.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For operators.</param>
public sealed class PolicyReloader(
    string folder,
    TimeSpan pollInterval,
    PolicyLibrary library,
    CedarModule module,
    IAuditLog audit,
    TimeProvider time,
    ILogger<PolicyReloader> logger) : FolderReloader<CedarPolicies>(folder, pollInterval, audit, time, logger)
{
    /// <summary>How often the folder is looked at unless told otherwise.</summary>
    public static readonly TimeSpan DefaultPollInterval = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override string Contents => "policies";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Extensions => PolicyFolder.Extensions;

    /// <inheritdoc/>
    protected override (AuditEventType Loaded, AuditEventType Refused) Events => (AuditEventType.PoliciesLoaded, AuditEventType.PoliciesRefused);

    /// <inheritdoc/>
    protected override string CurrentVersion => library.Version;

    /// <inheritdoc/>
    protected override FolderReading<CedarPolicies> Read(CancellationToken cancellationToken)
    {
        var reading = PolicyFolder.Read(Folder, module, cancellationToken);
        if (reading.Set is not { } set) return new FolderReading<CedarPolicies>(null, reading.Faults) { IsWorthRetrying = reading.IsWorthRetrying };
        var policies = new CedarPolicies(set, module, CedarPolicies.Instances);
        if (set.Version != library.Version) policies.Prepare();
        return new FolderReading<CedarPolicies>(policies, []);
    }

    /// <inheritdoc/>
    protected override string VersionOf(CedarPolicies set) => set.Set.Version;

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, int> CountsOf(CedarPolicies set) => new Dictionary<string, int>
    {
        ["policies"] = set.Set.Policies.Count,
        ["forbidding"] = set.Set.Policies.Count(policy => !policy.Permits),
    };

    /// <inheritdoc/>
    protected override void PutInForce(CedarPolicies set) => library.Replace(set);
}
