using CredBroker.Leases;
using CredBroker.Server.Backends.Vault;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Templates;
using CredBroker.Templates.Vault;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;
using CredBroker.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>The backend as the server has it, without a server around it, at a Vault that stands in for the real one. Both go by one clock.</summary>
internal sealed class VaultAdapter : IAsyncDisposable
{
    public const string Issuer = "https://credbroker.acme.test";

    private readonly ScratchFolder _folder;
    private readonly VaultClient _root;
    private readonly ServiceProvider _services;

    private VaultAdapter(VaultDouble vault, VaultClient root, BrokerInVault broker, FakeTimeProvider time, IReadOnlyDictionary<string, string> settings)
    {
        var folder = new ScratchFolder();
        (Vault, _root, Broker, Time, _folder) = (vault, root, broker, time, folder);
        File.WriteAllText(folder.File("secret-id"), broker.SecretId);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddFakeLogging().SetMinimumLevel(LogLevel.Debug));
        services.AddSingleton<TimeProvider>(time);
        services.Configure<TokenOptions>(options => options.Issuer = Issuer);
        services.AddSingleton<ILeaseStore>(Leases);
        services.AddSingleton<ITemplateCatalogue>(Catalogue);
        services.AddVaultBackend(Settings(settings), new HostingEnvironment { EnvironmentName = "Development" });
        _services = services.BuildServiceProvider();
        Backend = (VaultBackend)_services.GetServices<CredBroker.Backends.ICredentialBackend>().Single();
    }

    public VaultDouble Vault { get; }

    public BrokerInVault Broker { get; }

    public FakeTimeProvider Time { get; }

    public VaultBackend Backend { get; }

    /// <summary>Speaks to Vault as one who may do everything.</summary>
    public VaultClient Root => _root;

    public FakeLeases Leases { get; } = new();

    public TemplateCatalogue Catalogue { get; } = new();

    public VaultCluster Cluster => Of<VaultClusters>().All[0];

    /// <summary>Every line that was logged, exceptions too.</summary>
    public string Log => string.Join('\n', Of<FakeLogCollector>().GetSnapshot().Select(line => $"{line.Level} {line.Message} {line.Exception}"));

    public static async Task<VaultAdapter> StartAsync(params (string Name, string Value)[] settings)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var vault = await VaultDouble.StartAsync(new VaultDoubleSettings { Time = time });
        var root = new VaultClient(vault.Address, vault.RootToken);
        var broker = await BrokerInVault.SetUpAsync(root);
        vault.Calls.Clear();
        return new VaultAdapter(vault, root, broker, time, settings.ToDictionary(setting => setting.Name, setting => setting.Value));
    }

    public T Of<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>A template that asks this of the cluster.</summary>
    public static Template Template(VaultTemplateBackend backend) => new()
    {
        Name = "orders-db",
        Version = "0123456789abcdef",
        Owner = "tests",
        Target = "orders-db",
        Risk = RiskLevel.Low,
        Capabilities = Capabilities.Read,
        DefaultTtl = TimeSpan.FromMinutes(5),
        MaxTtl = TimeSpan.FromMinutes(15),
        Backend = backend,
    };

    /// <summary>A lease of a template, as the store has just recorded it.</summary>
    public Lease Lease(Template template)
    {
        var task = TaskId.New(3, Time.GetUtcNow());
        var offer = Backend.Describe(template, template.Capabilities);
        return new Lease
        {
            Id = LeaseId.New(task.Bucket, Time.GetUtcNow()),
            State = LeaseState.Intent,
            Generation = 1,
            IssuedAt = Time.GetUtcNow(),
            ExpiresAt = Time.GetUtcNow() + template.DefaultTtl,
            MaxExpiresAt = Time.GetUtcNow() + template.MaxTtl,
            Terms = new LeaseTerms
            {
                TaskId = task,
                Tenant = "payments",
                Workload = "spiffe://acme.test/agent/a",
                Template = template.Name,
                TemplateVersion = template.Version,
                Target = template.Target,
                Sensitivity = Sensitivity.Internal,
                Risk = template.Risk,
                Capabilities = template.Capabilities,
                Backend = template.Backend.Name,
                BackendKey = offer.BackendKey!,
                Revocability = offer.Revocability,
                Renewable = true,
                PolicyVersion = "policy-1",
            },
        };
    }

    /// <summary>Has a secret made, the whole way: the lease with its handle, and the secret.</summary>
    public async Task<(Lease Lease, IReadOnlyDictionary<string, string> Secret, TimeSpan? Ttl)> IssueAsync(VaultTemplateBackend backend)
    {
        var template = Template(backend);
        var lease = Lease(template);
        var reservation = await Backend.ReserveAsync(lease, template, CancellationToken.None);
        lease = lease with { BackendHandle = reservation.Handle };
        var minted = await Backend.MintAsync(lease, reservation, null!, lease.IssuedAt, CancellationToken.None);
        return (
            lease with { State = LeaseState.Active, BackendHandle = minted.Handle },
            ((CredBroker.Backends.SecretCredential)minted.Credential).Reveal(),
            minted.Ttl);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _root.Dispose();
        await Vault.DisposeAsync();
        _folder.Dispose();
    }

    private IConfiguration Settings(IReadOnlyDictionary<string, string> more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Name"] = "main",
            ["Address"] = Vault.Address,
            ["Login"] = "AppRole",
            ["RoleId"] = Broker.RoleId,
            ["SecretIdFile"] = _folder.File("secret-id"),
        };
        foreach (var (name, value) in more) settings[name] = value;
        return new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Backends:Vault:Clusters:0:{setting.Key}", setting.Value))).Build();
    }
}
