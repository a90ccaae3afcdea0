using CredBroker.Backends;
using CredBroker.Conformance.Backends;
using CredBroker.Server.Backends.Vault;
using CredBroker.Templates;
using CredBroker.Templates.Vault;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;
using CredBroker.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Backends.Forms;

/// <summary>Accounts of a dynamic engine of Vault.</summary>
internal sealed class VaultBackendForm : IBackendForm
{
    public async Task<IBackendUnderTest> OpenAsync()
    {
        var vault = await VaultDouble.StartAsync();
        using var root = new VaultClient(vault.Address, vault.RootToken);
        return new Under(vault, await BrokerInVault.SetUpAsync(root));
    }

    public override string ToString() => BackendNames.Vault;

    private sealed class Under : IBackendUnderTest
    {
        private readonly VaultDouble _vault;
        private readonly BrokerInVault _setUp;
        private readonly List<ServiceProvider> _opened = [];
        private readonly string _secretId = Path.GetTempFileName();

        public Under(VaultDouble vault, BrokerInVault setUp)
        {
            (_vault, _setUp) = (vault, setUp);
            File.WriteAllText(_secretId, setUp.SecretId);
        }

        public Template Template { get; } = ConformanceTemplate.Of(new VaultTemplateBackend("database", new VaultDynamicEngine("orders")));

        public bool EndsByRecord => false;

        public ICredentialBackend Open()
        {
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddSingleton(TimeProvider.System);
            services.AddSingleton(Options.Create(new TokenOptions { Issuer = "https://broker.acme.test" }));
            services.AddVaultBackend(Settings(), new HostingEnvironment { EnvironmentName = Environments.Development });
            _opened.Add(services.BuildServiceProvider());
            return _opened[^1].GetServices<ICredentialBackend>().Single(backend => backend.Name == BackendNames.Vault);
        }

        public Task<bool> IsGoodAsync(Credential credential)
        {
            var values = ((SecretCredential)credential).Reveal();
            return Task.FromResult(_vault.Accounts.Admit(values["username"], values["password"]));
        }

        public Task<int> CountAsync() => Task.FromResult(
            _vault.Accounts.Names.Count + _vault.Leases.Count + _vault.Tokens.Count(token => token.Path.StartsWith("auth/token/create/", StringComparison.Ordinal)));

        public async ValueTask DisposeAsync()
        {
            foreach (var provider in _opened) await provider.DisposeAsync();
            await _vault.DisposeAsync();
            File.Delete(_secretId);
        }

        private IConfiguration Settings() => new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Name"] = "main",
                ["Address"] = _vault.Address,
                ["Login"] = "AppRole",
                ["RoleId"] = _setUp.RoleId,
                ["SecretIdFile"] = _secretId,
                ["CascadeTime"] = "00:00:00.2",
            }.Select(setting => KeyValuePair.Create($"Backends:Vault:Clusters:0:{setting.Key}", setting.Value))).Build();
    }
}
