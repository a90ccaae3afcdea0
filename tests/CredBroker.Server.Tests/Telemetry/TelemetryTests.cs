using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Backends.Vault;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Telemetry;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Server.Tests.Telemetry;

/// <summary>One broker that lives a little, and whoever it tells of that: Prometheus and a collector.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class TelemetryTests : VaultFixture
{
    private const string Key = "a-key-of-the-collector";
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string EndTrace = "1bf7651916cd43dd8448eb211c80319d";
    private const string Unrecorded = "2cf7651916cd43dd8448eb211c80319e";

    /// <summary>What does not come about in this fixture's life.</summary>
    private static readonly string[] NotHere = ["credbroker.approvals.asked", "credbroker.approvals.decided", "credbroker.feed.overtaken", "credbroker.store.records.unreadable"];

    private readonly List<string> _secrets = [];
    private readonly List<string> _words = [];
    private OtlpCollector _collector = null!;
    private IssueResponse.Types.Issued _token = null!;
    private IssueResponse.Types.Issued _account = null!;

    [OneTimeSetUp]
    public async Task LiveAsync()
    {
        var request = Broker.Calls.OpenRequest();
        request.Purpose = "purpose-of-the-run";
        request.Intent = "intent-of-the-run";
        _words.AddRange([request.Purpose, request.Intent, "justification-of-the-run", "state-of-the-run", "spiffe://"]);
        _secrets.AddRange([request.Evidence.Payload.ToStringUtf8(), Bench.SetUp.SecretId, Key]);
        var opened = await Broker.Calls.Tasks.OpenTaskAsync(request, At(Trace, '1'));
        var task = new OpenedTask(Broker.Calls, opened.Task, opened.TaskToken);
        _token = await IssueAsync(task, "orders-api");
        _account = await IssueAsync(task, VaultCatalogue.Orders);
        await task.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = _account.Lease.Id }, task.Auth);
        await Refused.WithAsync(StatusCode.NotFound, "TEMPLATE_NOT_FOUND", () => task.IssueAsync("template-of-nobody"));
        Assert.That((await ExplainAsync(task)).Allowed, Is.True);
        await Eventually.IsTrueAsync(async () => (await ReadAsync()).Sum("credbroker_leases_live", ("template", VaultCatalogue.Orders)) == 1, "live leases are told");
        _secrets.AddRange([opened.TaskToken, _token.Credential.AccessToken.Value, _account.Credential.Secret.Values["password"], .. Vault.SecretsOfTokens()]);
        await task.Calls.Tasks.EndTaskAsync(
            new EndTaskRequest { Outcome = "outcome-of-the-run", Wait = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)) }, At(EndTrace, '1', task.Auth));
        _words.Add("outcome-of-the-run");
        await Eventually.IsTrueAsync(async () => (await ReadAsync()).Sum("credbroker_leases_live", ("template", VaultCatalogue.Orders)) == 0, "their end is told");
        await Eventually.IsTrueAsync(() => SpansOf(Trace).Any(span => span.Name == "credbroker.backend.revoke" && IsConfirmed(span)), "the trace has come to its end");
        await Eventually.IsTrueAsync(() => _collector.BodiesOf("logs").Count > 0 && _collector.BodiesOf("metrics").Count > 0, "logs and metrics have come");
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (_collector is not null) await _collector.DisposeAsync();
    }

    [Test]
    public async Task Scrape_AfterTheRun_TellsWhatWasDone()
    {
        var scrape = await ReadAsync();

        Assert.Multiple(() =>
        {
            Assert.That(scrape.Sum("credbroker_issue_duration_seconds_count", ("outcome", "issued"), ("backend", "token")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_issue_duration_seconds_count", ("outcome", "issued"), ("backend", "vault")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_issue_duration_seconds_count", ("outcome", "refused"), ("backend", "none")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_leases_issued_total", ("template", "orders-api")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_leases_renewed_total", ("template", VaultCatalogue.Orders)), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_refusals_total", ("reason", "TEMPLATE_NOT_FOUND"), ("operation", "issue")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_decisions_total", ("kind", "issue"), ("outcome", "allow")), Is.EqualTo(2));
            Assert.That(scrape.Sum("credbroker_decisions_total", ("kind", "renewal"), ("outcome", "allow")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_attestations_total", ("attestor", "spiffe_jwt"), ("outcome", "proven")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_tasks_opened_total", ("kind", "agent")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_tasks_ended_total", ("reason", "task_ended")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_leases_ended_total", ("reason", "task_ended")), Is.EqualTo(2));
            Assert.That(scrape.Sum("credbroker_revocation_time_to_dead_seconds_count", ("reason", "task_ended")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_revocation_time_to_confirmed_seconds_count", ("backend", "vault")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_revocation_attempts_total", ("outcome", "confirmed")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_backend_call_duration_seconds_count", ("operation", "mint"), ("outcome", "ok")), Is.EqualTo(1));
            Assert.That(scrape.Sum("credbroker_store_call_duration_seconds_count", ("operation", "begin"), ("outcome", "ok")), Is.EqualTo(2));
            Assert.That(scrape.Sum("credbroker_audit_lines_total", ("outcome", "written")), Is.GreaterThan(5));
            Assert.That(scrape.Sum("credbroker_feed_lag_seconds"), Is.InRange(0, 20));
            Assert.That(scrape.Sum("credbroker_signing_key_age_seconds"), Is.GreaterThan(0));
            Assert.That(scrape.Sum("credbroker_revocation_dead_letters"), Is.Zero);
        });
    }

    [TestCaseSource(nameof(Names))]
    public async Task Series_OfInstrument_HaveTheTagsOfTheDocument(string name)
    {
        var row = MetricsDocument.Rows.Single(row => row.Name == name);
        var labels = (await ReadAsync()).LabelsOf(row.PrometheusName);

        if (!NotHere.Contains(name) && !name.Contains(".queue.", StringComparison.Ordinal)) Assert.That(labels, Is.Not.Empty, $"nothing is told of {row.PrometheusName}");
        Assert.That(labels, Has.All.EqualTo(row.Tags));
    }

    [Test]
    public void Trace_FromIssueToConfirmedRevoke_IsOne()
    {
        var spans = SpansOf(Trace);
        var ofAccount = spans.Where(span => span.Attributes.GetValueOrDefault("credbroker.lease.id") == _account.Lease.Id).ToList();

        Assert.That(spans.Select(span => span.Name), Is.SupersetOf(new[] { "credbroker.attest", "credbroker.task.open", "credbroker.decide" }));
        Assert.That(ofAccount.Select(span => span.Name).Distinct(), Is.EquivalentTo(new[]
        {
            "credbroker.issue", "credbroker.lease.begin", "credbroker.backend.reserve", "credbroker.backend.mint", "credbroker.lease.commit",
            "credbroker.lease.end", "credbroker.backend.revoke",
        }));
        var issue = ofAccount.Single(span => span.Name == "credbroker.issue");
        Assert.That(ofAccount.Where(span => span != issue).Select(span => span.ParentId), Has.All.EqualTo(issue.SpanId));
        Assert.That(spans.Where(span => span.Name == "credbroker.decide" && span.ParentId == issue.SpanId), Has.Exactly(1).Items);
    }

    [Test]
    public void Trace_EndOfAToken_IsConfirmedAndLeadsToItsCause()
    {
        var end = SpansOf(Trace).Single(span => span.Name == "credbroker.lease.end" && span.Attributes["credbroker.lease.id"] == _token.Lease.Id);

        Assert.That(IsConfirmed(end), Is.True);
        Assert.That(end.LinkedTraces, Is.EqualTo(new[] { EndTrace }));
    }

    [Test]
    public async Task Trace_CallerDoesNotRecord_NotRecorded()
    {
        var opened = await Broker.Calls.Tasks.OpenTaskAsync(Broker.Calls.OpenRequest(), At(Unrecorded, '0'));
        var later = await Broker.Calls.Tasks.OpenTaskAsync(Broker.Calls.OpenRequest(), At(Trace, '1'));
        await Eventually.IsTrueAsync(
            () => SpansOf(Trace).Any(span => span.Attributes.GetValueOrDefault("credbroker.task.id") == later.Task.Id), "what came later has been sent");

        Assert.That(SpansOf(Unrecorded), Is.Empty);
        Assert.That(opened.Task.Id, Is.Not.EqualTo(later.Task.Id));
    }

    [Test]
    public void Spans_Attributes_AreThoseOfTheDocument()
    {
        var ours = _collector.Spans.Where(span => span.Name.StartsWith("credbroker.", StringComparison.Ordinal)).ToList();

        Assert.That(ours.Select(span => span.Name).Distinct(), Is.SubsetOf(DocumentedSpans()));
        Assert.That(DocumentedSpans(), Is.SubsetOf(ours.Select(span => span.Name)));
        Assert.That(_collector.Spans.SelectMany(span => span.Attributes.Keys).Distinct().Where(name => !MetricsDocument.Text.Contains($"`{name}`", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Telemetry_OfTheRun_HoldsNoSecretAndNoWordOfACaller()
    {
        var scrape = (await ReadAsync()).Text;
        var sent = string.Join('\n', new[] { "trace", "metrics" }.SelectMany(_collector.BodiesOf).Select(Encoding.UTF8.GetString));
        var logs = string.Join('\n', _collector.BodiesOf("logs").Select(Encoding.UTF8.GetString));

        Assert.That(sent, Does.Contain(_account.Lease.Id), "the test must see what it looks through");
        Assert.That(_secrets, Has.Count.GreaterThan(5).And.All.Not.Empty);
        // Only whether there is one is said: a secret must not come to light by the test that looks for it.
        Assert.That(_secrets.Concat(_words).Count(secret => scrape.Contains(secret, StringComparison.Ordinal) || sent.Contains(secret, StringComparison.Ordinal)), Is.Zero);
        Assert.That(_secrets.Count(secret => logs.Contains(secret, StringComparison.Ordinal)), Is.Zero);
    }

    [Test]
    public void Collector_HeadersOfTheFile_ComeAlong() => Assert.That(_collector.Keys, Has.Some.EqualTo(Key));

    [Test]
    public async Task Listeners_OfMetricsAndOfTheApi_AnswerNothingOfEachOther()
    {
        using var metrics = new HttpClient { BaseAddress = Bench.Site.ReadEndpoints()["metrics"] };

        Assert.That((await metrics.GetAsync(new Uri("/readyz", UriKind.Relative))).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await metrics.GetAsync(new Uri("/.well-known/jwks.json", UriKind.Relative))).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await metrics.PostAsync(new Uri("/v1/tasks", UriKind.Relative), new StringContent("{}"))).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await Broker.Calls.Http.GetAsync(new Uri("/metrics", UriKind.Relative))).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    protected override async Task PrepareAsync()
    {
        _collector = await OtlpCollector.StartAsync();
        var headers = Bench.Site.FileOf("otlp-headers");
        await File.WriteAllTextAsync(headers, $"x-collector-key={Key}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(headers, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var (name, value) in new[]
        {
            ("Telemetry:Prometheus:Listen", "http://127.0.0.1:0"), ("Telemetry:Metrics:StoreInterval", "00:00:01"),
            ("Telemetry:Otlp:Endpoint", _collector.Address), ("Telemetry:Otlp:HeadersFile", headers), ("Telemetry:Otlp:SampleRatio", "1"),
            ("Telemetry:Otlp:Logs", "true"), ("Telemetry:Otlp:MetricsInterval", "00:00:01"), ("OTEL_BSP_SCHEDULE_DELAY", "100"), ("OTEL_BLRP_SCHEDULE_DELAY", "100"),
        })
            Bench.Site.Settings[name] = value;
    }

    private static IEnumerable<string> Names() => MetricsDocument.Rows.Select(row => row.Name);

    private static IEnumerable<string> DocumentedSpans() => MetricsDocument.Text.Split('\n')
        .Where(line => line.StartsWith("| `credbroker.", StringComparison.Ordinal)).Select(line => line.Split('`')[1])
        .Except(MetricsDocument.Rows.Select(row => row.Name));

    private static bool IsConfirmed(CollectedSpan span) => span.Attributes.GetValueOrDefault("credbroker.confirmed") == "true";

    private static Metadata At(string trace, char recorded, Metadata? auth = null)
    {
        var headers = auth ?? [];
        headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-0{recorded}");
        headers.Add("tracestate", "acme=state-of-the-run");
        return headers;
    }

    private static async Task<IssueResponse.Types.Issued> IssueAsync(OpenedTask task, string template) => (await task.Calls.Credentials.IssueAsync(
        new IssueRequest { Template = template, Justification = "justification-of-the-run" }, At(Trace, '1', task.Auth))).Issued;

    /// <summary>Asked by people about a task, this is no decision about a request of it.</summary>
    private async Task<ExplainResponse> ExplainAsync(OpenedTask task)
    {
        var operators = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Bench.Site.DataFolder, "operators.json")))!;
        var auth = BrokerCalls.Bearer((string)operators["viewer"]!);
        return await new GovernanceService.GovernanceServiceClient(Broker.Calls.Channel).ExplainAsync(
            new ExplainRequest { TaskId = task.Id, Template = "orders-api", Capabilities = { Capability.Read } }, auth);
    }

    private IReadOnlyList<CollectedSpan> SpansOf(string trace) => [.. _collector.Spans.Where(span => span.TraceId == trace)];

    private Task<Scrape> ReadAsync() => Scrape.ReadAsync(Bench.Site.ReadEndpoints()["metrics"]);
}
