using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Tasks;
using CredBroker.Testing.Access;
using CredBroker.Testing.Attestation;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Server.Tests.Attestation;

/// <summary>
/// The attack list against the whole server: each is refused with its reason, the reason is in the audit trail before the answer, no task
/// comes of it (and so no lease and no call to a backend), and nothing is asked of anybody whom the evidence names.
/// </summary>
[TestFixture, Category("Server")]
public sealed class AttackListTests
{
    private const string Catalogue =
        """
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: orders-api, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: orders
          risk: low
          capabilities: [read]
          ttl: { default: 5m, max: 10m }
          backend: { token: { audience: "https://orders.acme.test", scopes: { read: ["orders:read"] } } }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: agents }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/payments/*" }
          workload: { tenant: payments, kind: agent }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: builds }
        spec:
          match: { attestor: oidc, subject: "oidc://ci/repo:acme/*" }
          workload: { tenant: payments, kind: agent }
        """;

    private static OperatedBroker? _running;
    private static FakeIssuer? _runningIssuer;

    private ScratchFolder _scratch = null!;
    private TcpListener _attacker = null!;

    private static OperatedBroker Broker => _running ?? throw new InvalidOperationException("Nothing has been started.");

    private static FakeIssuer Issuer => _runningIssuer ?? throw new InvalidOperationException("Nothing has been started.");

    public static IEnumerable<TestCaseData> Attacks() => new (string Name, Func<TcpListener, string> Make)[]
    {
        ("alg none", _ => Unsigned("none")),
        ("alg noNE", _ => Unsigned("noNE")),
        ("empty signature", _ => TestJws.Assemble(Header().ToJsonString(), Claims().ToJsonString(), _ => [])),
        ("HS256 keyed with the public key", _ => TestJws.Assemble(
            HeaderWith("alg", "HS256").ToJsonString(), Claims().ToJsonString(), input => HMACSHA256.HashData(Issuer.Key.PublicKeyInfo(), input))),
        ("embedded jwk", _ => ByAStranger((header, key) => header["jwk"] = key.ToJwk())),
        ("embedded x5c", _ => ByAStranger((header, _) => header["x5c"] = new JsonArray("MIIB"))),
        ("jku", attacker => ByAStranger((header, _) => header["jku"] = $"http://{attacker.LocalEndpoint}/keys")),
        ("x5u", attacker => ByAStranger((header, _) => header["x5u"] = $"http://{attacker.LocalEndpoint}/keys")),
        ("issuer of the attacker", attacker => Sign(Header(), ClaimsWith("iss", $"http://{attacker.LocalEndpoint}"))),
        ("kid as a path", _ => ByAStranger((header, _) => header["kid"] = "../../../dev/null")),
        ("kid of 10 KB", _ => Sign(HeaderWith("kid", new string('k', 10_000)), Claims())),
        ("unknown crit", _ => Sign(HeaderWith("crit", new JsonArray("exp")), Claims())),
        ("b64 false", _ => Sign(HeaderWith("b64", false), Claims())),
        ("JSON serialisation", _ => JsonForm()),
        ("extra part", _ => Good() + ".e30"),
        ("white space", _ => Good() + "\n"),
        ("duplicate key", _ => TestJws.Sign(Header().ToJsonString(), Claims().ToJsonString()[..^1] + ",\"sub\":\"repo:acme/orders\"}", Issuer.Key)),
        ("signature in DER", _ => TestJws.Assemble(
            Header().ToJsonString(), Claims().ToJsonString(), input => Issuer.Key.Sign(input, DSASignatureFormat.Rfc3279DerSequence))),
        ("r and s are zero", _ => TestJws.Assemble(Header().ToJsonString(), Claims().ToJsonString(), _ => new byte[64])),
        ("JWE", _ => "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA"),
        ("zip", _ => Sign(HeaderWith("zip", "DEF"), Claims())),
        ("iss is an array", _ => Sign(Header(), ClaimsWith("iss", new JsonArray(Issuer.Address)))),
        ("iss with a slash", _ => Sign(Header(), ClaimsWith("iss", Issuer.Address + "/"))),
        ("iss of another case", _ => Sign(Header(), ClaimsWith("iss", Issuer.Address.ToUpperInvariant()))),
        ("iss as a prefix", _ => Sign(Header(), ClaimsWith("iss", Issuer.Address[..^1]))),
        ("aud missing", _ => Sign(Header(), ClaimsWith("aud", null))),
        ("aud foreign", _ => Sign(Header(), ClaimsWith("aud", "elsewhere"))),
        ("aud numeric", _ => Sign(Header(), ClaimsWith("aud", 7))),
        ("exp missing", _ => Sign(Header(), ClaimsWith("exp", null))),
        ("exp as text", _ => Sign(Header(), ClaimsWith("exp", "1767225600"))),
        ("exp as a fraction", _ => Sign(Header(), ClaimsWith("exp", Now() + 60.5))),
        ("exp too large", _ => Sign(Header(), ClaimsWith("exp", 1e30))),
        ("iat in the future", _ => Sign(Header(), ClaimsWith("iat", Now() + 120))),
        ("nbf in the future", _ => Sign(Header(), ClaimsWith("nbf", Now() + 120))),
        ("life over the cap", _ => Sign(Header(), ClaimsWith("exp", Now() + 86_400))),
        ("key of the trust domain", _ => Broker.Svid("payments/a")),
        ("subject of a neighbour", _ => Sign(Header(), ClaimsWith("sub", "repo:acme-evil/orders"))),
        ("our own access token", _ => Sign(HeaderWith("typ", "at+jwt"), Claims())),
        ("a security event", _ => Sign(HeaderWith("typ", "secevent+jwt"), Claims())),
        ("a status list", _ => Sign(HeaderWith("typ", "statuslist+jwt"), Claims())),
        ("a DPoP proof", _ => Sign(HeaderWith("typ", "dpop+jwt"), Claims())),
        ("rubbish", _ => "\0\u00ff"),
        ("nothing", _ => ""),
    }.Select(attack => new TestCaseData(attack.Make).SetArgDisplayNames(attack.Name));

    [OneTimeSetUp]
    public async Task Start()
    {
        _runningIssuer = await FakeIssuer.StartAsync();
        _runningIssuer.AddKey("ES256");
        _scratch = new ScratchFolder();
        Directory.CreateDirectory(_scratch.File("rules"));
        await File.WriteAllTextAsync(_scratch.File("rules", "all.yaml"), Catalogue);
        _running = await OperatedBroker.StartAsync(
            ("Templates:Path", _scratch.File("rules")), ("Attestation:Oidc:Issuers:0:Name", "ci"), ("Attestation:Oidc:Issuers:0:Issuer", _runningIssuer.Address));
        _attacker = new TcpListener(IPAddress.Loopback, 0);
        _attacker.Start();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _attacker.Dispose();
        await Broker.DisposeAsync();
        await Issuer.DisposeAsync();
        _scratch.Dispose();
    }

    [Test]
    public async Task OpenTask_NoAttack_Opens() => Assert.That((await OpenAsync("oidc", Good())).Task.Id, Is.Not.Empty);

    [TestCaseSource(nameof(Attacks))]
    public async Task OpenTask_Attack_IsRefusedAndNothingComesOfIt(Func<TcpListener, string> make) => await ExpectRefusalAsync("oidc", make(_attacker));

    [Test]
    public async Task OurOwnTokens_AreNoEvidenceAndNotEachOther()
    {
        var (_, token) = await Broker.OpenAsync("payments/a");
        var access = (await Broker.IssueAsync(token, "orders-api")).Credential.AccessToken.Value;
        using var caller = new TestDpop(TimeProvider.System);
        var proof = caller.Prove("POST", "https://broker.test/credbroker.v1.TaskService/OpenTask");

        foreach (var attestor in new[] { "oidc", "spiffe_jwt", "kubernetes" })
            foreach (var foreign in new[] { token, access, proof }) await ExpectRefusalAsync(attestor, foreign);
        foreach (var foreign in new[] { access, proof, Good(), Broker.Svid("payments/a") })
            Assert.That(await ReasonOf(async () => await Broker.Tasks.HeartbeatAsync(new HeartbeatRequest(), OperatedBroker.Bearer(foreign))), Is.EqualTo("TASK_TOKEN_INVALID"));
        foreach (var foreign in new[] { token, access, Good(), Broker.Svid("payments/a") })
            Assert.That(await ReasonOf(() => OpenAsync("spiffe_jwt", Broker.Svid("payments/a"), new Metadata { { "dpop", foreign } })), Is.EqualTo("PROOF_INVALID"));
    }

    private static JsonObject Header() => Issuer.Header();

    private static JsonObject Claims()
    {
        var claims = Issuer.Claims("repo:acme/orders", "credbroker");
        claims["jti"] = Guid.NewGuid().ToString("N");
        return claims;
    }

    private static JsonObject HeaderWith(string name, JsonNode? value) => With(Header(), name, value);

    private static JsonObject ClaimsWith(string name, JsonNode? value) => With(Claims(), name, value);

    private static JsonObject With(JsonObject json, string name, JsonNode? value)
    {
        json.Remove(name);
        if (value is not null) json[name] = value;
        return json;
    }

    private static string Good() => Sign(Header(), Claims());

    private static string Sign(JsonObject header, JsonObject claims) => Issuer.Sign(header, claims);

    private static string Unsigned(string algorithm) => TestJws.Assemble(HeaderWith("alg", algorithm).ToJsonString(), Claims().ToJsonString(), _ => [1]);

    private static string ByAStranger(Action<JsonObject, TestSigningKey> change)
    {
        using var stranger = TestSigningKey.For("ES256");
        var header = Header();
        change(header, stranger);
        return Issuer.Sign(header, Claims(), stranger);
    }

    private static string JsonForm()
    {
        var parts = Good().Split('.');
        return new JsonObject { ["protected"] = parts[0], ["payload"] = parts[1], ["signature"] = parts[2] }.ToJsonString();
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    private async Task ExpectRefusalAsync(string attestor, string evidence)
    {
        var tasks = await CountTasksAsync();
        var audited = (await Broker.ReadAuditAsync()).Length;

        Assert.That(await ReasonOf(() => OpenAsync(attestor, evidence)), Is.EqualTo("ATTESTATION_FAILED"));

        var lines = (await Broker.ReadAuditAsync())[audited..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines.Count(line => line.Contains("\"refused\"", StringComparison.Ordinal) && line.Contains("ATTESTATION_FAILED", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(await CountTasksAsync(), Is.EqualTo(tasks));
        Assert.That(_attacker.Pending(), Is.False);
    }

    private static async Task<OpenTaskResponse> OpenAsync(string attestor, string evidence, Metadata? headers = null) =>
        await Broker.Tasks.OpenTaskAsync(
            new OpenTaskRequest { Evidence = new Evidence { Attestor = attestor, Payload = ByteString.CopyFromUtf8(evidence) }, Purpose = "test" }, headers);

    private static async Task<string> ReasonOf<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
            return "";
        }
        catch (RpcException refused)
        {
            return refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? refused.StatusCode.ToString();
        }
    }

    /// <summary>A lease is always some task's.</summary>
    private static async Task<int> CountTasksAsync()
    {
        var index = Broker.Services.GetRequiredService<ITaskIndex>();
        var pages = await Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => index.ListAsync(bucket, null, 1_000, CancellationToken.None)));
        return pages.Sum(page => page.Positions.Count);
    }
}
