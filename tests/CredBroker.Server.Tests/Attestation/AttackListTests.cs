using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Access;
using CredBroker.Testing.Attestation;
using Google.Protobuf;
using Grpc.Core;

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
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: pods }
        spec:
          match: { attestor: kubernetes, subject: "kubernetes://prod/payments/*" }
          workload: { tenant: payments, kind: agent }
        """;

    private const string NotAccepted = "its algorithm is not among those that are accepted";
    private const string NotTrusted = "its issuer is not trusted here";
    private const string NotCompact = "it is not three parts in compact form";
    private const string BadSignature = "its signature does not verify";
    private const string NoSeconds = "its 'exp' is not a whole number of seconds in range";
    private const string OtherType = "its type is that of another kind of token";

    private static OperatedBroker? _running;
    private static FakeIssuer? _runningIssuer;

    private ScratchFolder _scratch = null!;
    private FakeKubernetes _cluster = null!;
    private TcpListener _attacker = null!;

    private static OperatedBroker Broker => _running ?? throw new InvalidOperationException("Nothing has been started.");

    private static FakeIssuer Issuer => _runningIssuer ?? throw new InvalidOperationException("Nothing has been started.");

    public static IEnumerable<TestCaseData> Attacks() => new (string Name, string Why, Func<TcpListener, string> Make)[]
    {
        ("alg none", NotAccepted, _ => Unsigned("none")),
        ("alg noNE", NotAccepted, _ => Unsigned("noNE")),
        ("empty signature", "it is not signed", _ => TestJws.Assemble(Header().ToJsonString(), Claims().ToJsonString(), _ => [])),
        ("HS256 keyed with the public key", NotAccepted, _ => TestJws.Assemble(
            HeaderWith("alg", "HS256").ToJsonString(), Claims().ToJsonString(), input => HMACSHA256.HashData(Issuer.Key.PublicKeyInfo(), input))),
        ("embedded jwk", "its header holds 'jwk'", _ => ByAStranger((header, key) => header["jwk"] = key.ToJwk())),
        ("embedded x5c", "its header holds 'x5c'", _ => ByAStranger((header, _) => header["x5c"] = new JsonArray("MIIB"))),
        ("jku", "its header holds 'jku'", attacker => ByAStranger((header, _) => header["jku"] = $"http://{attacker.LocalEndpoint}/keys")),
        ("x5u", "its header holds 'x5u'", attacker => ByAStranger((header, _) => header["x5u"] = $"http://{attacker.LocalEndpoint}/keys")),
        ("issuer of the attacker", NotTrusted, attacker => Sign(Header(), ClaimsWith("iss", $"http://{attacker.LocalEndpoint}"))),
        ("kid as a path", "its key is not in the key set of its issuer", _ => ByAStranger((header, _) => header["kid"] = "../../../dev/null")),
        ("kid of 10 KB", "it does not name its key by a plain 'kid'", _ => Sign(HeaderWith("kid", new string('k', 10_000)), Claims())),
        ("unknown crit", "its header holds 'crit'", _ => Sign(HeaderWith("crit", new JsonArray("exp")), Claims())),
        ("b64 false", "its header holds 'b64'", _ => Sign(HeaderWith("b64", false), Claims())),
        ("JSON serialisation", NotCompact, _ => JsonForm()),
        ("extra part", NotCompact, _ => Good() + ".e30"),
        ("white space", "a part is not canonical base64url", _ => Good() + "\n"),
        ("duplicate key", "its claims are not one plain JSON object", _ => TestJws.Sign(Header().ToJsonString(), Claims().ToJsonString()[..^1] + ",\"sub\":\"repo:acme/orders\"}", Issuer.Key)),
        ("signature in DER", BadSignature, _ => TestJws.Assemble(
            Header().ToJsonString(), Claims().ToJsonString(), input => Issuer.Key.Sign(input, DSASignatureFormat.Rfc3279DerSequence))),
        ("r and s are zero", BadSignature, _ => TestJws.Assemble(Header().ToJsonString(), Claims().ToJsonString(), _ => new byte[64])),
        ("JWE", NotCompact, _ => "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA"),
        ("zip", "its header holds 'zip'", _ => Sign(HeaderWith("zip", "DEF"), Claims())),
        ("iss is an array", "its 'iss' is not a string", _ => Sign(Header(), ClaimsWith("iss", new JsonArray(Issuer.Address)))),
        ("iss with a slash", NotTrusted, _ => Sign(Header(), ClaimsWith("iss", Issuer.Address + "/"))),
        ("iss of another case", NotTrusted, _ => Sign(Header(), ClaimsWith("iss", Issuer.Address.ToUpperInvariant()))),
        ("iss as a prefix", NotTrusted, _ => Sign(Header(), ClaimsWith("iss", Issuer.Address[..^1]))),
        ("aud missing", "it has no 'aud'", _ => Sign(Header(), ClaimsWith("aud", null))),
        ("aud foreign", "it is not made for this server's audience", _ => Sign(Header(), ClaimsWith("aud", "elsewhere"))),
        ("aud numeric", "its 'aud' is neither a string nor an array of strings", _ => Sign(Header(), ClaimsWith("aud", 7))),
        ("exp missing", "it has no 'exp'", _ => Sign(Header(), ClaimsWith("exp", null))),
        ("exp as text", NoSeconds, _ => Sign(Header(), ClaimsWith("exp", "1767225600"))),
        ("exp as a fraction", NoSeconds, _ => Sign(Header(), ClaimsWith("exp", Now() + 60.5))),
        ("exp too large", NoSeconds, _ => Sign(Header(), ClaimsWith("exp", 1e30))),
        ("iat in the future", "it was issued in the future", _ => Sign(Header(), ClaimsWith("iat", Now() + 120))),
        ("nbf in the future", "it is not valid yet", _ => Sign(Header(), ClaimsWith("nbf", Now() + 120))),
        ("life over the cap", "it lives longer than this server accepts", _ => Sign(Header(), ClaimsWith("exp", Now() + 86_400))),
        ("key of the trust domain", "it names no issuer", _ => Broker.Svid("payments/a")),
        ("subject of a neighbour", "No workload rule matches", _ => Sign(Header(), ClaimsWith("sub", "repo:acme-evil/orders"))),
        ("our own access token", OtherType, _ => Sign(HeaderWith("typ", "at+jwt"), Claims())),
        ("a security event", OtherType, _ => Sign(HeaderWith("typ", "secevent+jwt"), Claims())),
        ("a status list", OtherType, _ => Sign(HeaderWith("typ", "statuslist+jwt"), Claims())),
        ("a DPoP proof", OtherType, _ => Sign(HeaderWith("typ", "dpop+jwt"), Claims())),
        ("rubbish", NotCompact, _ => "\0\u00ff"),
        ("nothing", "The evidence is empty", _ => ""),
    }.Select(attack => new TestCaseData(attack.Why, attack.Make).SetArgDisplayNames(attack.Name));

    [OneTimeSetUp]
    public async Task Start()
    {
        _runningIssuer = await FakeIssuer.StartAsync();
        _runningIssuer.AddKey("ES256");
        _scratch = new ScratchFolder();
        Directory.CreateDirectory(_scratch.File("rules"));
        await File.WriteAllTextAsync(_scratch.File("rules", "all.yaml"), Catalogue);
        _cluster = await FakeKubernetes.StartAsync(TimeProvider.System);
        _running = await OperatedBroker.StartAsync(
            ("Templates:Path", _scratch.File("rules")), ("Attestation:Oidc:Issuers:0:Name", "ci"), ("Attestation:Oidc:Issuers:0:Issuer", _runningIssuer.Address),
            ("Attestation:Kubernetes:Clusters:0:Name", "prod"), ("Attestation:Kubernetes:Clusters:0:JwksUri", $"{_cluster.Address}/openid/v1/jwks"));
        _attacker = new TcpListener(IPAddress.Loopback, 0);
        _attacker.Start();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _attacker.Dispose();
        await Broker.DisposeAsync();
        await Issuer.DisposeAsync();
        await _cluster.DisposeAsync();
        _scratch.Dispose();
    }

    [Test]
    public async Task OpenTask_NoAttack_Opens()
    {
        foreach (var (attestor, evidence) in new[] { ("oidc", Good()), ("spiffe_jwt", Broker.Svid("payments/a")), ("kubernetes", _cluster.Issue(_cluster.Run("payments", "agent", "agent-0"))) })
            Assert.That((await OpenAsync(attestor, evidence)).Task.Id, Is.Not.Empty, attestor);
    }

    [TestCaseSource(nameof(Attacks))]
    public async Task OpenTask_Attack_IsRefusedAndNothingComesOfIt(string why, Func<TcpListener, string> make) => await ExpectRefusalAsync("oidc", make(_attacker), why);

    [Test]
    public async Task OurOwnTokens_AreNoEvidenceAndNotEachOther()
    {
        var (_, token) = await Broker.OpenAsync("payments/a");
        var access = (await Broker.IssueAsync(token, "orders-api")).Credential.AccessToken.Value;
        using var caller = new TestDpop(TimeProvider.System);
        var proof = caller.Prove("POST", "https://broker.test/credbroker.v1.TaskService/OpenTask");

        foreach (var attestor in new[] { "oidc", "spiffe_jwt", "kubernetes" })
            foreach (var (foreign, why) in new[] { (token, NotCompact), (access, OtherType), (proof, "its header holds 'jwk'") }) await ExpectRefusalAsync(attestor, foreign, why);
        foreach (var foreign in new[] { access, proof, Good(), Broker.Svid("payments/a") })
            await Refused.WithAsync(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID", async () => await Broker.Tasks.HeartbeatAsync(new HeartbeatRequest(), OperatedBroker.Bearer(foreign)));
        foreach (var (foreign, why) in new[] { (token, NotCompact), (access, OtherType), (Good(), OtherType), (Broker.Svid("payments/a"), OtherType) })
        {
            var refused = await Refused.WithAsync(
                StatusCode.Unauthenticated, "PROOF_INVALID", () => OpenAsync("spiffe_jwt", Broker.Svid("payments/a"), new Metadata { { "dpop", foreign } }));
            Assert.That(refused.Status.Detail, Does.Contain(why));
        }
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

    private async Task ExpectRefusalAsync(string attestor, string evidence, string why)
    {
        await RefusedTask.ExpectAsync(Broker, () => OpenAsync(attestor, evidence), why, SecretsOf(evidence));

        Assert.That(_attacker.Pending(), Is.False);
    }

    /// <summary>What must not be in the audit trail.</summary>
    private static string[] SecretsOf(string evidence) => [.. evidence.Split('.').Where(part => part.Length >= 16)];

    private static async Task<OpenTaskResponse> OpenAsync(string attestor, string evidence, Metadata? headers = null) =>
        await Broker.Tasks.OpenTaskAsync(
            new OpenTaskRequest { Evidence = new Evidence { Attestor = attestor, Payload = ByteString.CopyFromUtf8(evidence) }, Purpose = "test" }, headers);
}
