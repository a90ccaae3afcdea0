using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Attestation;
using Google.Protobuf;

namespace CredBroker.Testing.Broker;

/// <summary>What a broker is started on, and what outlives it: data folder, catalogue, trust domain and settings.</summary>
public sealed class BrokerSite : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("credbroker-site-").FullName;

    /// <summary>Makes one.</summary>
    /// <param name="redis">Connection string of a Redis; null = the embedded store.</param>
    public BrokerSite(string? redis = null)
    {
        Directory.CreateDirectory(CatalogueFolder);
        File.WriteAllText(Path.Combine(CatalogueFolder, "catalogue.yaml"), BrokerCatalogue.Text);
        Directory.CreateDirectory(PoliciesFolder);
        File.WriteAllText(Path.Combine(PoliciesFolder, "all.cedar"), BrokerPolicies.PermitAll);
        Domain.WriteBundle(BundleFile);
        Settings = new Dictionary<string, string>
        {
            ["environment"] = "Development",
            ["Listen:Grpc"] = "http://127.0.0.1:0",
            ["Listen:Http"] = "http://127.0.0.1:0",
            ["Data:Path"] = DataFolder,
            ["Templates:Path"] = CatalogueFolder,
            ["Policies:Path"] = PoliciesFolder,
            ["Policies:CachePath"] = BrokerPolicies.CacheFolder,
            ["Attestation:SpiffeJwt:TrustDomains:0:Name"] = Domain.Name,
            ["Attestation:SpiffeJwt:TrustDomains:0:BundleFile"] = BundleFile,
        };
        if (redis is not null) Settings["Storage:Redis:ConnectionString"] = redis;
    }

    public TestTrustDomain Domain { get; } = new("acme.test");

    /// <summary>The settings that a broker is started with, to be changed at will before it starts.</summary>
    public IDictionary<string, string> Settings { get; }

    public string DataFolder => Path.Combine(_root, "data");

    public string CatalogueFolder => Path.Combine(_root, "catalogue");

    public string PoliciesFolder => Path.Combine(_root, "policies");

    public string BundleFile => Path.Combine(_root, "bundle.json");

    public string EndpointsFile => Path.Combine(DataFolder, "run", "endpoints.json");

    public string[] Arguments => [.. Settings.Select(setting => $"--{setting.Key}={setting.Value}")];

    /// <summary>A path for something else that belongs to this broker.</summary>
    public string FileOf(string name) => Path.Combine(_root, name);

    /// <summary>Where the broker listens; it has to be running.</summary>
    public IReadOnlyDictionary<string, Uri> ReadEndpoints() =>
        JsonSerializer.Deserialize<Dictionary<string, Uri>>(File.ReadAllText(EndpointsFile))!;

    /// <summary>Evidence of a workload.</summary>
    public Evidence EvidenceOf(string path, string audience = "credbroker", TimeSpan? ttl = null) =>
        Evidence(Domain.IssueSvid($"spiffe://{Domain.Name}/{path}", audience, ttl));

    public static Evidence Evidence(string svid) => new() { Attestor = "spiffe_jwt", Payload = ByteString.CopyFromUtf8(svid) };

    /// <summary>Every line of the audit trail, in order; a broker may be writing meanwhile.</summary>
    public IReadOnlyList<JsonNode> ReadAudit()
    {
        var folder = Path.Combine(DataFolder, "audit");
        if (!Directory.Exists(folder)) return [];
        var lines = new List<JsonNode>();
        foreach (var file in Directory.GetFiles(folder, "*.jsonl").Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.UTF8);
            var text = reader.ReadToEnd();
            lines.AddRange(text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!));
        }

        return lines;
    }

    public void Dispose()
    {
        Domain.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
