using System.Text.Json;
using CredBroker.Testing;
using CredBroker.Testing.Attestation;
using CredBroker.Testing.Broker;

namespace CredBroker.Benchmarks.Processes;

/// <summary>A trust domain, a Redis and a broker, all of them real and in one temporary folder.</summary>
internal sealed class BrokerStack : IAsyncDisposable
{
    public const string Issuer = "https://broker.bench.test";
    private const string TrustDomain = "bench.test";
    private readonly ScratchFolder _folder;
    private readonly TestTrustDomain _domain;

    private BrokerStack(ScratchFolder folder, TestTrustDomain domain, RedisProcess redis)
    {
        _folder = folder;
        _domain = domain;
        Redis = redis;
    }

    /// <summary>Operators as a development machine has them: no issuer has to be there.</summary>
    public static IReadOnlyDictionary<string, string> WithOperators { get; } = new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development" };

    public RedisProcess Redis { get; }

    /// <summary>The server to start.</summary>
    public string Program { get; init; } = BrokerProcess.DefaultProgram;

    /// <summary>Settings beyond those that every benchmark has.</summary>
    public IReadOnlyDictionary<string, string> MoreSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>The broker, once it was started.</summary>
    public BrokerProcess Broker { get; private set; } = null!;

    public static async Task<BrokerStack> StartAsync(
        CancellationToken cancellationToken, string? program = null, IReadOnlyDictionary<string, string>? settings = null, string? documents = null)
    {
        var stack = await StartStoreAsync(cancellationToken, program, settings, documents);
        try
        {
            await stack.StartBrokerAsync(cancellationToken);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>All but the broker, to fill the store before it starts.</summary>
    public static async Task<BrokerStack> StartStoreAsync(
        CancellationToken cancellationToken, string? program = null, IReadOnlyDictionary<string, string>? settings = null, string? documents = null)
    {
        var folder = new ScratchFolder();
        var domain = new TestTrustDomain(TrustDomain);
        try
        {
            domain.WriteBundle(folder.Combine("bundle.json"));
            BenchCatalogue.Write(folder.Make("catalogue"), documents);
            return new BrokerStack(folder, domain, await RedisProcess.StartAsync(folder.Make("redis"), cancellationToken))
            {
                Program = program ?? BrokerProcess.DefaultProgram,
                MoreSettings = settings ?? new Dictionary<string, string>(),
            };
        }
        catch
        {
            domain.Dispose();
            folder.Dispose();
            throw;
        }
    }

    public async Task StartBrokerAsync(CancellationToken cancellationToken) =>
        Broker = await BrokerProcess.StartAsync(Program, _folder.Combine("data"), Settings(), cancellationToken);

    /// <summary>Evidence of an agent, good for one hour.</summary>
    public string AgentEvidence(int number) => Svid($"agent/{number}");

    /// <summary>What a responder presents, where the broker runs <see cref="WithOperators"/>.</summary>
    public string ResponderToken()
    {
        using var tokens = JsonDocument.Parse(File.ReadAllBytes(_folder.Combine("data", "operators.json")));
        return tokens.RootElement.GetProperty("responder").GetString()!;
    }

    /// <summary>Evidence of the service that accepts the tokens.</summary>
    public string ServiceEvidence() => Svid("service/orders-api");

    public async ValueTask DisposeAsync()
    {
        if (Broker is not null) await Broker.DisposeAsync();
        await Redis.DisposeAsync();
        _domain.Dispose();
        _folder.Dispose();
    }

    private string Svid(string path) => _domain.IssueSvid($"spiffe://{TrustDomain}/{path}", ttl: TimeSpan.FromMinutes(59));

    // An environment of its own: what development turns on must not be measured, and production wants TLS.
    private Dictionary<string, string> Settings() => new(MoreSettings)
    {
        ["ASPNETCORE_ENVIRONMENT"] = MoreSettings.GetValueOrDefault("ASPNETCORE_ENVIRONMENT", "Benchmark"),
        ["Data__Path"] = _folder.Combine("data"),
        ["Templates__Path"] = _folder.Combine("catalogue"),
        // The set that is shipped: what is measured is what somebody would run.
        ["Policies__Path"] = Path.Combine(Repository.Root, "samples", "policies", "starter"),
        ["Policies__CachePath"] = BrokerPolicies.CacheFolder,
        ["Storage__Redis__ConnectionString"] = Redis.Address,
        ["Attestation__SpiffeJwt__TrustDomains__0__Name"] = TrustDomain,
        ["Attestation__SpiffeJwt__TrustDomains__0__BundleFile"] = _folder.Combine("bundle.json"),
        // All callers are at one address; how much they may ask is not what is measured.
        ["Attestation__Limits__PerAddress"] = "0",
        ["Attestation__Limits__PerSubject"] = "0",
        ["Limits__PerAddress"] = "0",
        ["Limits__PerWorkload"] = "0",
        ["Listen__Grpc"] = "http://127.0.0.1:0",
        ["Listen__Http"] = "http://127.0.0.1:0",
        ["Tokens__Issuer"] = Issuer,
    };
}
