using CredBroker.Server.Tests.Faults;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>A Vault that stands in for the real one, and a whole broker that has templates of it.</summary>
internal sealed class VaultSite : IAsyncDisposable
{
    private readonly OwnStore _store;

    private VaultSite(OwnStore store, VaultDouble vault, BrokerInVault broker)
    {
        (_store, Vault, Broker) = (store, vault, broker);
        File.WriteAllText(Path.Combine(Site.CatalogueFolder, "vault.yaml"), Template("orders-db", "orders", "{ default: 2m, max: 10m }"));
        File.WriteAllText(Site.FileOf("secret-id"), broker.SecretId);
        foreach (var (name, value) in new[] { ("Name", "main"), ("Address", vault.Address), ("Login", "AppRole"), ("RoleId", broker.RoleId), ("SecretIdFile", Site.FileOf("secret-id")) })
            Site.Settings[$"Backends:Vault:Clusters:0:{name}"] = value;
    }

    public VaultDouble Vault { get; }

    public BrokerInVault Broker { get; }

    public BrokerSite Site => _store.Site;

    public static async Task<VaultSite> StartAsync()
    {
        var vault = await VaultDouble.StartAsync();
        using var root = new VaultClient(vault.Address, vault.RootToken);
        var broker = await BrokerInVault.SetUpAsync(root);
        return new VaultSite(await OwnStore.StartAsync(StoreForm.Embedded), vault, broker);
    }

    /// <summary>A template of a database role.</summary>
    public static string Template(string name, string role, string ttl, string more = "") =>
        $$"""
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: {{name}}, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: {{name}}
          risk: low
          capabilities: [read]
          ttl: {{ttl}}
          limits: { perTask: 1, perWorkload: 1 }
          backend: { vault: { mount: database, role: {{role}}{{more}} } }

        """;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await Vault.DisposeAsync();
    }
}
