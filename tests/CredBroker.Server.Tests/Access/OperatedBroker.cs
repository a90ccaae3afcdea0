using CredBroker.Protocol.V1;
using CredBroker.Server.Hosting;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Access;
using CredBroker.Testing.Attestation;
using CredBroker.Testing.Broker;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Server.Tests.Access;

/// <summary>The whole server in this process, on the embedded store, with two tenants and whatever operators the settings name.</summary>
internal sealed class OperatedBroker : IAsyncDisposable
{
    private const string Catalogue =
        """
        apiVersion: credbroker/v1
        kind: Target
        metadata: { name: orders, owner: payments }
        spec: { sensitivity: internal }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: orders-api, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: orders
          risk: low
          capabilities: [read, delegate]
          ttl: { default: 5m, max: 10m }
          backend: { token: { audience: "https://orders.acme.test", scopes: { read: ["orders:read"] } } }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: parcels-api, owner: logistics }
        spec:
          tenants: [logistics]
          subjects: ["spiffe://acme.test/*"]
          target: orders
          risk: high
          capabilities: [read]
          ttl: { default: 5m, max: 10m }
          backend: { token: { audience: "https://parcels.acme.test", scopes: { read: ["parcels:read"] } } }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: agents, owner: payments }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/payments/*" }
          workload: { tenant: payments, kind: agent }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: carriers, owner: logistics }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/logistics/*" }
          workload: { tenant: logistics, kind: agent }
        """;

    private readonly ScratchFolder _scratch = new();
    private readonly TestTrustDomain _domain = new("acme.test");
    private WebApplication _app = null!;
    private GrpcChannel _channel = null!;

    public IServiceProvider Services => _app.Services;

    /// <summary>Stops it as a signal does.</summary>
    public Task EndAsync() => _app.StopAsync();

    public HttpClient Http { get; private set; } = null!;

    public ChannelBase Channel => _channel;

    public AttestationService.AttestationServiceClient Attestation => new(_channel);

    public TaskService.TaskServiceClient Tasks => new(_channel);

    public LeaseService.LeaseServiceClient Leases => new(_channel);

    public GovernanceService.GovernanceServiceClient Governance => new(_channel);

    public RevocationService.RevocationServiceClient Revocations => new(_channel);

    public string DataFile(string name) => _scratch.File("data", name);

    public static async Task<OperatedBroker> StartAsync(params (string Name, string? Value)[] settings)
    {
        var broker = new OperatedBroker();
        try
        {
            await broker.RunAsync(settings);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>The settings that make principals of an issuer into operators.</summary>
    public static (string, string?)[] OperatorsOf(FakeIssuer issuer, params (string Principal, string Role, string Tenant)[] bindings) =>
    [
        ("Access:Issuers:0:Issuer", issuer.Address), ("Access:Issuers:0:Audience", "credbroker-operators"),
        .. bindings.Index().SelectMany(entry => new (string, string?)[]
        {
            ($"Access:Bindings:{entry.Index}:Principal", entry.Item.Principal),
            ($"Access:Bindings:{entry.Index}:Role", entry.Item.Role),
            ($"Access:Bindings:{entry.Index}:Tenant", entry.Item.Tenant),
        }),
    ];

    public static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    public string Svid(string path, string audience = "credbroker") => _domain.IssueSvid($"spiffe://acme.test/{path}", audience);

    public async Task<(AgentTask Task, string Token)> OpenAsync(string path, string? parentToken = null)
    {
        var request = new OpenTaskRequest
        {
            Evidence = new Evidence { Attestor = "spiffe_jwt", Payload = ByteString.CopyFromUtf8(Svid(path)) },
            Purpose = "test",
            ParentTaskToken = parentToken ?? "",
        };
        if (parentToken is not null) request.Delegation.Add(new Delegation { Template = "orders-api" });
        var opened = await Tasks.OpenTaskAsync(request);
        return (opened.Task, opened.TaskToken);
    }

    public async Task<IssueResponse.Types.Issued> IssueAsync(string taskToken, string template) =>
        (await new CredentialService.CredentialServiceClient(_channel).IssueAsync(new IssueRequest { Template = template }, Bearer(taskToken))).Issued;

    /// <summary>The lines of the audit trail so far.</summary>
    public async Task<string> ReadAuditAsync()
    {
        var lines = "";
        foreach (var file in Directory.GetFiles(DataFile("audit"), "*.jsonl").Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            lines += await reader.ReadToEndAsync();
        }

        return lines;
    }

    /// <summary>Stops, and starts on the same folder with other settings.</summary>
    public async Task RestartAsync(params (string Name, string? Value)[] settings)
    {
        await StopAsync();
        await RunAsync(settings);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _domain.Dispose();
        _scratch.Dispose();
    }

    private async Task StopAsync()
    {
        Http?.Dispose();
        _channel?.Dispose();
        if (_app is not null) await _app.DisposeAsync();
    }

    private async Task RunAsync((string Name, string? Value)[] settings)
    {
        Directory.CreateDirectory(_scratch.File("catalogue"));
        await File.WriteAllTextAsync(_scratch.File("catalogue", "all.yaml"), Catalogue);
        Directory.CreateDirectory(_scratch.File("policies"));
        await File.WriteAllTextAsync(_scratch.File("policies", "all.cedar"), BrokerPolicies.PermitAll);
        _domain.WriteBundle(_scratch.File("bundle.json"));
        (string Name, string? Value)[] all =
        [
            ("environment", "Development"), ("Listen:Grpc", "http://127.0.0.1:0"), ("Listen:Http", "http://127.0.0.1:0"),
            ("Data:Path", _scratch.File("data")), ("Templates:Path", _scratch.File("catalogue")),
            ("Policies:Path", _scratch.File("policies")), ("Policies:CachePath", BrokerPolicies.CacheFolder),
            ("Attestation:SpiffeJwt:TrustDomains:0:Name", "acme.test"), ("Attestation:SpiffeJwt:TrustDomains:0:BundleFile", _scratch.File("bundle.json")),
            .. settings,
        ];
        _app = BrokerHost.Build(
            [.. all.Where(setting => setting.Name == "environment").Select(setting => $"--environment={setting.Value}")],
            builder =>
            {
                // What the sources before have set for this environment is not wanted here.
                builder.Configuration.Sources.Clear();
                builder.Configuration.AddInMemoryCollection(all.GroupBy(setting => setting.Name).ToDictionary(same => same.Key, same => same.Last().Value));
            });
        await _app.StartAsync();
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        _channel = GrpcChannel.ForAddress(addresses[0]);
        Http = new HttpClient { BaseAddress = new Uri(addresses[1]) };
    }
}
