using CredBroker.Templates;
using CredBroker.Templates.Vault;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Backends.Vault;

/// <summary>A template may name only clusters that this broker knows.</summary>
internal sealed class VaultTemplateCheck(IOptions<VaultOptions> options) : ITemplateCheck
{
    public IEnumerable<FieldViolation> Check(Template template)
    {
        if (template.Backend is not VaultTemplateBackend backend) yield break;
        var names = options.Value.Clusters.Select(cluster => cluster.Name).ToList();
        if (names.Count == 0)
            yield return new FieldViolation("spec.backend.vault", $"no cluster of Vault is configured: {VaultOptions.SectionName}:{nameof(VaultOptions.Clusters)} is empty");
        else if (backend.Cluster is { } name && !names.Contains(name, StringComparer.Ordinal))
            yield return new FieldViolation("spec.backend.vault.cluster", $"{name} is not configured in {VaultOptions.SectionName}:{nameof(VaultOptions.Clusters)}; there are: {string.Join(", ", names)}");
    }
}
