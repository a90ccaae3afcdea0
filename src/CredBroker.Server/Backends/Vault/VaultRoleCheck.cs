using System.Text.Json;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Templates;
using CredBroker.Templates.Vault;

namespace CredBroker.Server.Backends.Vault;

/// <summary>
/// Looks, where it may, whether the roles of Vault fit the templates. A secret that Vault registers only after its token was revoked lives as long
/// as its role lets it; and a token that is no orphan dies with the broker's login.
/// </summary>
internal sealed partial class VaultRoleCheck(VaultClusters clusters, ILogger<VaultRoleCheck> logger)
{
    /// <summary>Checks one template, and warns.</summary>
    /// <exception cref="VaultException">Vault does not answer; it is to be asked again.</exception>
    public async Task CheckAsync(Template template, CancellationToken cancellationToken)
    {
        if (template.Backend is not VaultTemplateBackend backend || clusters.Find(backend.Cluster) is not { } cluster) return;
        var vault = cluster.In(backend.Namespace);
        await CheckTokenRoleAsync(vault, backend.TokenRole ?? cluster.Options.TokenRole, cluster, cancellationToken);
        if (backend.Engine is not VaultDynamicEngine engine) return;
        if (await vault.Secrets.ReadRoleAsync(backend.Mount, engine.Role, cancellationToken) is not { } role || role.DataNumber("max_ttl") is not { } seconds)
        {
            LogUnread(template.Name, backend.Mount, engine.Role);
            return;
        }

        var most = TimeSpan.FromSeconds(seconds);
        if (most == TimeSpan.Zero) LogUnbounded(template.Name, backend.Mount, engine.Role, template.MaxTtl);
        else if (most > template.MaxTtl) LogTooLong(template.Name, backend.Mount, engine.Role, most, template.MaxTtl);
    }

    private async Task CheckTokenRoleAsync(IVaultClient vault, string name, VaultCluster cluster, CancellationToken cancellationToken)
    {
        try
        {
            var role = await vault.Tokens.ReadRoleAsync(name, cancellationToken);
            var isOrphan = role.Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("orphan", out var orphan) && orphan.ValueKind == JsonValueKind.True;
            if (!isOrphan) LogNoOrphans(name, cluster.Name);
        }
        catch (VaultException fault) when (!fault.IsTransient)
        {
            LogTokenRoleUnread(name, cluster.Name, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Template {Template}: the role {Role} of {Mount} lets secrets live up to {RoleMax}, the template {TemplateMax}. One that Vault registers late would live that long: lower the role's max_ttl")]
    private partial void LogTooLong(string template, string mount, string role, TimeSpan roleMax, TimeSpan templateMax);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Template {Template}: the role {Role} of {Mount} has no max_ttl of its own. A secret that Vault registers late would live as long as the mount allows: set it to {TemplateMax}")]
    private partial void LogUnbounded(string template, string mount, string role, TimeSpan templateMax);

    [LoggerMessage(Level = LogLevel.Information, Message = "Template {Template}: whether the role {Role} of {Mount} has a fitting max_ttl could not be read")]
    private partial void LogUnread(string template, string mount, string role);

    [LoggerMessage(Level = LogLevel.Error, Message = "The token role {Role} of Vault {Cluster} makes no orphans: nothing will be issued by it. Set orphan=true")]
    private partial void LogNoOrphans(string role, string cluster);

    [LoggerMessage(Level = LogLevel.Information, Message = "Whether the token role {Role} of Vault {Cluster} makes orphans could not be read: {Detail}")]
    private partial void LogTokenRoleUnread(string role, string cluster, string detail);
}
