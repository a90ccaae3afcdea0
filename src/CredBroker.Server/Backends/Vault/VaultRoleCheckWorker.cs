using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Server.Hosting;
using CredBroker.Templates;

namespace CredBroker.Server.Backends.Vault;

/// <summary>Checks the roles of Vault once for each set of templates, and again later where Vault does not answer.</summary>
internal sealed class VaultRoleCheckWorker(VaultRoleCheck check, ITemplateCatalogue catalogue, TimeProvider time, ILogger<VaultRoleCheckWorker> logger)
    : RepeatingWorker(time, logger)
{
    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);

    protected override TimeSpan Pause => TimeSpan.FromSeconds(10);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        var templates = catalogue.Current.Templates.Values.Where(template => template.Backend.Name == BackendNames.Vault).ToList();
        _checked.IntersectWith(templates.Select(template => template.Version));
        foreach (var template in templates.Where(template => !_checked.Contains(template.Version)))
        {
            try
            {
                await check.CheckAsync(template, cancellationToken);
                _checked.Add(template.Version);
            }
            catch (VaultException)
            {
                // The status of the cluster tells that it is away.
            }
        }
    }
}
