using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Google.Protobuf;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Api;

/// <summary>With every log at its most talkative, no secret that went over the wire stands anywhere behind it.</summary>
[TestFixture, Category("Server")]
internal sealed class SecrecyTests : ServerFixture
{
    private readonly List<string> _secrets = [];
    private readonly List<string> _answers = [];

    [OneTimeSetUp]
    public async Task LiveAsync()
    {
        var workload = BrokerCalls.SomeAgent();
        var opened = await OpenAsync(Calls.OpenRequest(workload));
        var issued = Keep(await opened.IssueAsync(new IssueRequest { Template = "orders-api", IdempotencyKey = "once", Justification = "needed" }));
        Keep(await opened.IssueAsync(new IssueRequest { Template = "orders-api", IdempotencyKey = "once", Justification = "needed" }));
        var renewed = await Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = issued.Lease.Id }, opened.Auth);
        KeepJws(renewed.Credential.AccessToken.Value);
        await Calls.Tasks.HeartbeatAsync(new HeartbeatRequest { Evidence = Keep(Broker.Site.EvidenceOf(workload)) }, opened.Auth);
        await OpenChildAsync(opened);
        await LiveByJsonAsync();
        await WatchAsync();
        await BeRefusedAsync(opened, issued.Credential.AccessToken.Value);
        await opened.EndAsync();
        await Eventually.IsTrueAsync(
            () => Broker.Site.ReadAudit().Any(line => (string?)line["type"] == "lease_revoked" && (string?)line["lease"] == issued.Lease.Id),
            "the end is on record");
    }

    [Test]
    public void Log_AtTrace_HoldsNoSecret()
    {
        Assert.That(Broker.Output, Does.Contain("trce: Microsoft.AspNetCore").And.Contain("trce: Grpc"));
        AssertNone(Broker.Output);
    }

    [Test]
    public void DataFolder_EveryFile_HoldsNoSecret()
    {
        foreach (var file in Directory.EnumerateFiles(Broker.Site.DataFolder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.Latin1);
            AssertNone(reader.ReadToEnd());
        }
    }

    [Test]
    public async Task Store_EveryKeyAndValue_HoldsNoSecret()
    {
        var redis = await SharedBroker.GetRedisAsync();
        await using var store = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var words = string.Join('\n', await StoreContents.ReadAsync(store, database: 0));

        Assert.That(words, Does.Contain("spiffe://acme.test/"));
        AssertNone(words);
    }

    [Test]
    public void Refusals_Returned_RepeatNoSecret()
    {
        Assert.That(_answers, Has.Count.GreaterThan(4));
        AssertNone(string.Join('\n', _answers));
    }

    private void AssertNone(string text)
    {
        // Only whether there is one is said: a secret must not come to light by the test that looks for it.
        Assert.That(_secrets, Has.Count.GreaterThan(20).And.All.Not.Empty, "the test must know what it looks for");
        var found = _secrets.Count(secret => text.Contains(secret, StringComparison.Ordinal));
        Assert.That(found, Is.Zero, $"{found} of {_secrets.Count} secrets were found.");
    }

    private async Task<OpenedTask> OpenAsync(OpenTaskRequest request)
    {
        Keep(request.Evidence);
        var opened = await Calls.OpenAsync(request);
        KeepToken(opened.Token);
        return opened;
    }

    private async Task OpenChildAsync(OpenedTask parent)
    {
        var request = Calls.OpenRequest();
        request.ParentTaskToken = parent.Token;
        request.Delegation.Add(new Delegation { Template = "orders-api" });
        Keep(await (await OpenAsync(request)).IssueAsync(new IssueRequest { Template = "orders-api" }));
    }

    private async Task LiveByJsonAsync()
    {
        var request = Calls.OpenRequest();
        Keep(request.Evidence);
        _secrets.Add(request.Evidence.Payload.ToBase64());
        using var opening = await Calls.Http.PostAsync("/v1/tasks", new StringContent(JsonFormatter.Default.Format(request), Encoding.UTF8, "application/json"));
        var token = (string)(await opening.Content.ReadFromJsonAsync<JsonObject>())!["taskToken"]!;
        KeepToken(token);
        using var asking = new HttpRequestMessage(HttpMethod.Post, "/v1/leases") { Content = JsonContent.Create(new { template = "orders-api" }) };
        asking.Headers.Authorization = new("Bearer", token);
        using var answer = await Calls.Http.SendAsync(asking);
        KeepJws((string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["issued"]!["credential"]!["accessToken"]!["value"]!);
    }

    private async Task WatchAsync()
    {
        await using var watch = new Watch(Calls.Feed.WatchRevocations(new WatchRevocationsRequest { Evidence = Keep(Broker.Site.EvidenceOf("service/orders")) }));
        await watch.UntilAsync(message => message.SnapshotComplete);
    }

    private async Task BeRefusedAsync(OpenedTask opened, string accessToken)
    {
        var wrong = Keep(Broker.Site.EvidenceOf("agent/x", "elsewhere"));
        Func<Task>[] calls =
        [
            () => Calls.OpenAsync(new OpenTaskRequest { Evidence = wrong, Purpose = "p" }),
            () => Calls.OpenAsync(new OpenTaskRequest { Evidence = BrokerSite.Evidence(opened.Token), Purpose = "p" }),
            () => Calls.Tasks.HeartbeatAsync(new HeartbeatRequest { Evidence = wrong }, opened.Auth).ResponseAsync,
            () => Calls.Leases.ListLeasesAsync(new ListLeasesRequest { PageToken = opened.Token }, opened.Auth).ResponseAsync,
            () => Calls.Leases.GetLeaseAsync(new GetLeaseRequest { LeaseId = accessToken }, opened.Auth).ResponseAsync,
            () => Calls.Tasks.GetTaskAsync(new GetTaskRequest { TaskId = opened.Token }, opened.Auth).ResponseAsync,
            () => Calls.Tasks.GetTaskAsync(new GetTaskRequest(), BrokerCalls.Bearer(accessToken)).ResponseAsync,
            () => Calls.Tasks.GetTaskAsync(new GetTaskRequest(), BrokerCalls.Bearer(opened.Token + "A")).ResponseAsync,
        ];
        foreach (var call in calls)
        {
            var refusal = await Refused.CatchAsync(call);
            _answers.Add(refusal.Status.Detail);
            _answers.AddRange(refusal.Trailers.Select(entry => entry.IsBinary ? Encoding.UTF8.GetString(entry.ValueBytes) : entry.Value));
        }
    }

    private IssueResponse.Types.Issued Keep(IssueResponse.Types.Issued issued)
    {
        KeepJws(issued.Credential.AccessToken.Value);
        return issued;
    }

    private Evidence Keep(Evidence evidence)
    {
        KeepJws(evidence.Payload.ToStringUtf8());
        return evidence;
    }

    /// <summary>What makes it a secret is its signature; header and claims without it prove nothing.</summary>
    private void KeepJws(string value) => _secrets.AddRange([value, value[(value.LastIndexOf('.') + 1)..]]);

    private void KeepToken(string value) => _secrets.AddRange([value, value[(value.IndexOf('.', StringComparison.Ordinal) + 1)..]]);
}
