using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Protocol.V1;
using CredBroker.Server.Attestation.JoinTokens;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Tasks;
using CredBroker.Testing.Access;
using CredBroker.Testing.Attestation;
using CredBroker.Testing.Verification;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using AgentTask = CredBroker.Protocol.V1.AgentTask;
using Evidence = CredBroker.Protocol.V1.Evidence;

namespace CredBroker.Server.Tests.Attestation;

/// <summary>Evidence of every kind, shown to the whole server: what comes of good evidence, and that nothing comes of bad.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class AttestedTaskTests
{
    private const string Rules =
        """
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: deployments }
        spec:
          match: { attestor: oidc, subject: "oidc://ci/repo:acme/*", selectors: ["ci:environment:production", "ci:workflow:acme/*"] }
          workload: { tenant: production, kind: orchestrator, attributes: { team: red } }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: builds }
        spec:
          match: { attestor: oidc, subject: "oidc://ci/repo:acme/*" }
          workload: { tenant: build, kind: agent }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: pods }
        spec:
          match: { attestor: kubernetes, subject: "kubernetes://prod/payments/*" }
          workload: { tenant: payments, kind: agent }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: joined }
        spec:
          match: { attestor: join_token, subject: "join://edge/*" }
          workload: { tenant: edge, kind: agent }
        """;

    private ScratchFolder _scratch = null!;
    private FakeIssuer _issuer = null!;
    private FakeKubernetes _cluster = null!;
    private OperatedBroker _broker = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _scratch = new ScratchFolder();
        Directory.CreateDirectory(_scratch.File("rules"));
        await File.WriteAllTextAsync(_scratch.File("rules", "rules.yaml"), Rules);
        await File.WriteAllTextAsync(_scratch.File("token"), FakeKubernetes.CallerToken);
        await File.WriteAllTextAsync(_scratch.File("join-tokens"), "");
        _issuer = await FakeIssuer.StartAsync();
        _cluster = await FakeKubernetes.StartAsync(TimeProvider.System);
        _broker = await OperatedBroker.StartAsync(
            ("Templates:Path", _scratch.File("rules")),
            ("Attestation:Oidc:Issuers:0:Name", "ci"), ("Attestation:Oidc:Issuers:0:Issuer", _issuer.Address),
            ("Attestation:Oidc:Issuers:0:Claims:0", "environment"), ("Attestation:Oidc:Issuers:0:Claims:1", "workflow"),
            ("Attestation:Kubernetes:Clusters:0:Name", "prod"), ("Attestation:Kubernetes:Clusters:0:ApiServer", _cluster.Address),
            ("Attestation:Kubernetes:Clusters:0:TokenFile", _scratch.File("token")),
            ("Attestation:JoinToken:File", _scratch.File("join-tokens")));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _broker.DisposeAsync();
        await _issuer.DisposeAsync();
        await _cluster.DisposeAsync();
        _scratch.Dispose();
    }

    [TestCase("production", "acme/deploy.yml", "production", Protocol.V1.WorkloadKind.Orchestrator)]
    [TestCase("production", "mallory/deploy.yml", "build", Protocol.V1.WorkloadKind.Agent)]
    [TestCase("staging", "acme/deploy.yml", "build", Protocol.V1.WorkloadKind.Agent)]
    public async Task OpenTask_IdToken_RuleByItsSelectors(string environment, string workflow, string tenant, Protocol.V1.WorkloadKind kind)
    {
        var opened = await OpenAsync("oidc", IdToken(claims => (claims["environment"], claims["workflow"]) = (environment, workflow)));

        Assert.That((opened.Workload.Tenant, opened.Workload.Kind), Is.EqualTo((tenant, kind)));
        Assert.That(opened.Workload.Selectors, Does.Contain($"ci:environment:{environment}"));
    }

    [Test]
    public async Task OpenTask_RuleWithAttributes_AreTheTasks()
    {
        var opened = await OpenAsync("oidc", IdToken(claims => (claims["environment"], claims["workflow"]) = ("production", "acme/deploy.yml")));

        var stored = await _broker.Services.GetRequiredService<ITaskStore>().FindAsync(TaskId.Parse(opened.Id), CancellationToken.None);
        Assert.That(stored!.Attributes, Is.EqualTo(new Dictionary<string, string> { ["team"] = "red" }));
    }

    [Test]
    public async Task OpenTask_PodToken_IsThePods()
    {
        var pod = _cluster.Run("payments", "agent", $"agent-{Guid.NewGuid():N}");

        var opened = await OpenAsync("kubernetes", _cluster.Issue(pod));

        Assert.That((opened.Workload.Subject, opened.Workload.Tenant), Is.EqualTo(("kubernetes://prod/payments/agent", "payments")));
    }

    [Test]
    public async Task OpenTask_IdTokenAgain_IsRefusedAndNothingComesOfIt()
    {
        var token = IdToken();
        await OpenAsync("oidc", token);

        await ExpectRefusalAsync("oidc", token, "The evidence is refused: it has been used before.");
    }

    [Test]
    public async Task OpenTask_JoinTokenTwice_IsItsOwnersOnce()
    {
        var token = await MakeJoinTokenAsync("edge/7");

        var opened = await OpenAsync("join_token", token);

        Assert.That((opened.Workload.Subject, opened.Workload.Tenant), Is.EqualTo(("join://edge/7", "edge")));
        await ExpectRefusalAsync("join_token", token, "The evidence is refused: it has been used before.");
    }

    [TestCase("edge/7", -1, "it is expired")]
    [TestCase("edge/7", 30 * 24, "it lives longer than this server accepts")]
    [TestCase("core/1", 1, "No workload rule matches")]
    public async Task OpenTask_BadJoinToken_IsRefusedAndNothingComesOfIt(string name, int hours, string why) =>
        await ExpectRefusalAsync("join_token", await MakeJoinTokenAsync(name, hours), why);

    [Test]
    public Task OpenTask_JoinTokenThatNobodyMade_IsRefusedAndNothingComesOfIt() =>
        ExpectRefusalAsync("join_token", JoinToken.New().Reveal(), "it is not known here");

    [TestCase("oidc")]
    [TestCase("kubernetes")]
    [TestCase("spiffe_jwt")]
    [TestCase("join_token")]
    public async Task OpenTask_EvidenceOfAnotherAttestor_IsRefusedAndNothingComesOfIt(string attestor)
    {
        var pod = _cluster.Run("payments", "agent", $"agent-{Guid.NewGuid():N}");
        var all = new Dictionary<string, string> { ["oidc"] = IdToken(), ["kubernetes"] = _cluster.Issue(pod), ["spiffe_jwt"] = _broker.Svid("payments/a"), ["join_token"] = await MakeJoinTokenAsync("edge/7") };
        foreach (var (_, foreign) in all.Where(evidence => evidence.Key != attestor)) await ExpectRefusalAsync(attestor, foreign);
    }

    [TestCase("iss", "https://elsewhere.test", "its issuer is not trusted here")]
    [TestCase("aud", "elsewhere", "it is not made for this server's audience")]
    [TestCase("exp", 1, "it is expired")]
    [TestCase("jti", null, "it has no 'jti', and is good once only")]
    [TestCase("sub", "repo:mallory/orders", "No workload rule matches")]
    [TestCase("sub", "repo:acme-evil/orders", "No workload rule matches")]
    [TestCase("sub", "repo:acme/../mallory", "not plain text")]
    [TestCase("environment", "{{ secret }}", "not plain text")]
    [TestCase("environment", "a\nb", "not plain text")]
    public Task OpenTask_BadIdToken_IsRefusedAndNothingComesOfIt(string claim, object? value, string why) =>
        ExpectRefusalAsync("oidc", IdToken(claims => claims[claim] = value is null ? null : JsonValue.Create(value)), why);

    [Test]
    public async Task OpenTask_PodThatIsGone_IsRefusedAndNothingComesOfIt()
    {
        var pod = _cluster.Run("payments", "agent", $"agent-{Guid.NewGuid():N}");
        var token = _cluster.Issue(pod);
        _cluster.Pods.Remove(pod);

        await ExpectRefusalAsync("kubernetes", token, "the API server does not accept it");
    }

    [TestCase("https://kubernetes.default.svc", 300, "it is good at the API server too")]
    [TestCase("credbroker", 365 * 86_400, "it lives longer than this server accepts")]
    public Task OpenTask_PodTokenForMoreThanUs_IsRefusedAndNothingComesOfIt(string audience, int seconds, string why)
    {
        var pod = _cluster.Run("payments", "agent", $"agent-{Guid.NewGuid():N}");
        return ExpectRefusalAsync("kubernetes", _cluster.Issue(pod, audience, TimeSpan.FromSeconds(seconds)), why);
    }

    private string IdToken(Action<JsonObject>? change = null)
    {
        var claims = _issuer.Claims("repo:acme/orders", "credbroker");
        claims["jti"] = Guid.NewGuid().ToString("N");
        change?.Invoke(claims);
        return _issuer.Sign(_issuer.Header(), claims);
    }

    /// <summary>Makes a token, and waits until the broker has seen its line: it looks once a second at most.</summary>
    private async Task<string> MakeJoinTokenAsync(string name, int hours = 1)
    {
        var token = JoinToken.New();
        var line = new JoinTokenLine(name, TimeProvider.System.GetUtcNow().AddHours(hours), token.Hash);
        await File.WriteAllTextAsync(_scratch.File("join-tokens"), $"{line}\n");
        var file = _broker.Services.GetRequiredService<JoinTokenFile>();
        await Eventually.IsTrueAsync(() => file.Find(token) is not null, "the line has been seen");
        return token.Reveal();
    }

    private async Task<AgentTask> OpenAsync(string attestor, string evidence) =>
        (await _broker.Tasks.OpenTaskAsync(new OpenTaskRequest
        {
            Evidence = new Evidence { Attestor = attestor, Payload = ByteString.CopyFromUtf8(evidence) },
            Purpose = "test",
        })).Task;

    private Task ExpectRefusalAsync(string attestor, string evidence, string? why = null) =>
        RefusedTask.ExpectAsync(_broker, () => OpenAsync(attestor, evidence), why, evidence.Split('.'));
}
