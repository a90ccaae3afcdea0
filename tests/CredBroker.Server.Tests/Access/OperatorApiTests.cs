using System.Net;
using System.Net.Http.Headers;
using CredBroker.Leases;
using CredBroker.Protocol.V1;
using CredBroker.Server.Access;
using CredBroker.Testing.Access;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Server.Tests.Access;

[TestFixture, Category("Server")]
public sealed class OperatorApiTests
{
    private FakeIssuer _issuer = null!;
    private OperatedBroker _broker = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _issuer = await FakeIssuer.StartAsync();
        _broker = await OperatedBroker.StartAsync(OperatedBroker.OperatorsOf(
            _issuer,
            ("viewer", "viewer", "payments"),
            ("responder", "responder", "payments"),
            ("carrier", "responder", "logistics"),
            ("approver", "approver", "payments"),
            ("admin", "platform-admin", "payments"),
            ("root", "platform-admin", "*")));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _broker.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Test]
    public void Table_OfTheRunningServer_HasEveryMappedMethod()
    {
        var mapped = _broker.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.Metadata.GetMetadata<Grpc.AspNetCore.Server.GrpcMethodMetadata>()?.Method.FullName)
            .OfType<string>().Distinct().ToList();

        Assert.Multiple(() =>
        {
            Assert.That(mapped, Has.Count.GreaterThan(30));
            Assert.That(mapped.Where(method => RpcAccess.Of(method) is null), Is.Empty);
        });
    }

    [Test]
    public async Task OperatorsCall_OtherTokens_Unauthenticated()
    {
        var (_, taskToken) = await _broker.OpenAsync("payments/other-tokens");
        var issued = await _broker.IssueAsync(taskToken, "orders-api");
        Metadata[] wrong =
        [
            [], OperatedBroker.Bearer(""), OperatedBroker.Bearer("x"), OperatedBroker.Bearer(taskToken),
            OperatedBroker.Bearer(issued.Credential.AccessToken.Value), OperatedBroker.Bearer(_broker.Svid("payments/a")),
            OperatedBroker.Bearer(_broker.Svid("payments/a", "credbroker-operators")), OperatedBroker.Bearer(_issuer.Issue("root", "else")),
            new() { { "authorization", $"Basic {_issuer.Issue("root")}" } },
            new() { { "authorization", $"Bearer {_issuer.Issue("root")}" }, { "authorization", $"Bearer {_issuer.Issue("root")}" } },
        ];

        foreach (var headers in wrong)
            await AssertRefusedAsync(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID", () => _broker.Governance.ListTemplatesAsync(new(), headers).ResponseAsync);
    }

    [Test]
    public async Task Explain_OpenTask_TellsWhatWouldBeIssuedAndIssuesNothing()
    {
        var (task, token) = await _broker.OpenAsync("payments/explained");
        var viewer = OperatedBroker.Bearer(_issuer.Issue("viewer"));

        var read = await _broker.Governance.ExplainAsync(new() { TaskId = task.Id, Template = "orders-api", Ttl = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromHours(1)) }, viewer);
        var write = await _broker.Governance.ExplainAsync(new() { TaskId = task.Id, Template = "orders-api", Capabilities = { Capability.Write } }, viewer);

        Assert.That((read.Allowed, read.Ttl.ToTimeSpan(), read.Policies.Single()), Is.EqualTo((true, TimeSpan.FromMinutes(10), "permit-all")));
        Assert.That((write.Allowed, write.Ttl), Is.EqualTo((false, (Google.Protobuf.WellKnownTypes.Duration?)null)));
        Assert.That(write.Reason, Does.Contain("does not offer write"));
        Assert.That((await _broker.Leases.ListLeasesAsync(new(), OperatedBroker.Bearer(token))).Leases, Is.Empty);
    }

    [Test]
    public async Task Explain_AnotherTenantsTaskOrTemplate_NotFound()
    {
        var (theirs, _) = await _broker.OpenAsync("logistics/explained");
        var (ours, _) = await _broker.OpenAsync("payments/explained");
        var viewer = OperatedBroker.Bearer(_issuer.Issue("viewer"));

        await AssertRefusedAsync(StatusCode.NotFound, "TASK_NOT_FOUND", () => _broker.Governance.ExplainAsync(new() { TaskId = theirs.Id, Template = "orders-api" }, viewer).ResponseAsync);
        await AssertRefusedAsync(StatusCode.NotFound, "TASK_NOT_FOUND", () => _broker.Governance.ExplainAsync(new() { Template = "orders-api" }, viewer).ResponseAsync);
        await AssertRefusedAsync(StatusCode.NotFound, "TEMPLATE_NOT_FOUND", () => _broker.Governance.ExplainAsync(new() { TaskId = ours.Id, Template = "parcels-api" }, viewer).ResponseAsync);
    }

    [TestCase("stranger")]
    [TestCase("viewer")]
    [TestCase("approver")]
    public async Task EndTask_WithoutTheRole_DeniedAndAudited(string principal)
    {
        var (task, taskToken) = await _broker.OpenAsync("payments/denied");

        await AssertRefusedAsync(StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED", () => EndAsync(principal, task.Id));

        Assert.That((await _broker.Tasks.GetTaskAsync(new(), OperatedBroker.Bearer(taskToken))).Task.State, Is.EqualTo(TaskState.Open));
        Assert.That((await _broker.ReadAuditAsync()).Split('\n'), Has.Exactly(1).Matches<string>(
            line => line!.Contains($"\"subject\":\"{principal}\"", StringComparison.Ordinal) && line.Contains("OPERATOR_ROLE_REQUIRED", StringComparison.Ordinal)
                && line.Contains("TaskService/EndTask", StringComparison.Ordinal)));
    }

    [Test]
    public async Task EndTask_ResponderOfAnotherTenant_NotFoundAndAudited()
    {
        var (task, taskToken) = await _broker.OpenAsync("payments/isolated");

        await AssertRefusedAsync(StatusCode.NotFound, "TASK_NOT_FOUND", () => EndAsync("carrier", task.Id));

        Assert.That((await _broker.Tasks.GetTaskAsync(new(), OperatedBroker.Bearer(taskToken))).Task.State, Is.EqualTo(TaskState.Open));
        Assert.That((await _broker.ReadAuditAsync()).Split('\n'), Has.Some.Matches<string>(
            line => line!.Contains("\"subject\":\"carrier\"", StringComparison.Ordinal) && line.Contains("TASK_NOT_FOUND", StringComparison.Ordinal)));
    }

    [TestCase("responder")]
    [TestCase("admin")]
    [TestCase("root")]
    public async Task EndTask_ResponderOfTheTenant_EndedInTheirName(string principal)
    {
        var (task, taskToken) = await _broker.OpenAsync("payments/ended");
        await _broker.IssueAsync(taskToken, "orders-api");

        var receipt = (await EndAsync(principal, task.Id)).Receipt;

        var ended = (await _broker.Tasks.GetTaskAsync(new GetTaskRequest { TaskId = task.Id }, As(principal))).Task;
        Assert.Multiple(() =>
        {
            Assert.That((receipt.Total, receipt.Confirmed), Is.EqualTo((1, 1)));
            Assert.That(receipt.Leases.Single().State, Is.EqualTo(Protocol.V1.LeaseState.Revoked));
            Assert.That(ended.EndReason, Is.EqualTo(Protocol.V1.EndReason.Operator));
            Assert.That(ended.State, Is.Not.EqualTo(TaskState.Open));
        });
        await CredBroker.Testing.Verification.Eventually.IsTrueAsync(
            async () => (await _broker.ReadAuditAsync()).Split('\n').Any(line => line.Contains("task_sealed", StringComparison.Ordinal)
                && line.Contains(task.Id, StringComparison.Ordinal) && line.Contains($"\"subject\":\"{principal}\"", StringComparison.Ordinal)),
            "the end of the task is in the audit trail with who ended it");
    }

    [Test]
    public async Task EndTask_OperatorWithoutTask_Invalid() =>
        await AssertRefusedAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", () => EndAsync("root", ""));

    [Test]
    public async Task ListTasks_PageByPage_OwnTenantsNewestFirst()
    {
        var opened = new List<string>();
        for (var i = 0; i < 12; i++) opened.Add((await _broker.OpenAsync($"payments/list-{i % 3}")).Task.Id);
        var (foreign, _) = await _broker.OpenAsync("logistics/list");

        var seen = await ListTasksAsync("viewer", new ListTasksRequest { PageSize = 5 });
        var carried = await ListTasksAsync("carrier", new ListTasksRequest { PageSize = 5 });
        var all = await ListTasksAsync("root", new ListTasksRequest { PageSize = 5 });
        var one = await ListTasksAsync("root", new ListTasksRequest { Workload = "spiffe://acme.test/payments/list-1", State = TaskState.Open });
        var ended = await ListTasksAsync("root", new ListTasksRequest { Tenant = "logistics", Workload = "spiffe://acme.test/payments/list-1" });

        Assert.Multiple(() =>
        {
            Assert.That(seen.Select(task => task.Id), Is.SupersetOf(opened).And.Unique);
            Assert.That(seen.Select(task => task.Workload.Tenant), Has.All.EqualTo("payments"));
            Assert.That(seen.Select(task => task.OpenedAt.ToDateTime()), Is.Ordered.Descending);
            Assert.That(carried.Select(task => task.Workload.Tenant), Is.Not.Empty.And.All.EqualTo("logistics"));
            Assert.That(all.Select(task => task.Id), Is.SupersetOf(opened.Append(foreign.Id)));
            Assert.That(one, Has.Count.EqualTo(4));
            Assert.That(ended, Is.Empty);
        });
    }

    [Test]
    public async Task ListTasks_TaskToken_ItsOwnTreeOnly()
    {
        var (parent, parentToken) = await _broker.OpenAsync("payments/tree");
        var (child, childToken) = await _broker.OpenAsync("payments/tree", parentToken);
        await _broker.OpenAsync("payments/tree");

        var below = await _broker.Tasks.ListTasksAsync(new ListTasksRequest { PageSize = 1 }, OperatedBroker.Bearer(parentToken));
        var rest = await _broker.Tasks.ListTasksAsync(new ListTasksRequest { PageSize = 1, PageToken = below.NextPageToken }, OperatedBroker.Bearer(parentToken));
        var own = await _broker.Tasks.ListTasksAsync(new ListTasksRequest(), OperatedBroker.Bearer(childToken));

        Assert.Multiple(() =>
        {
            Assert.That(below.Tasks.Concat(rest.Tasks).Select(task => task.Id), Is.EquivalentTo(new[] { parent.Id, child.Id }));
            Assert.That(rest.NextPageToken, Is.Empty);
            Assert.That(own.Tasks.Select(task => task.Id), Is.EqualTo(new[] { child.Id }));
        });
    }

    [Test]
    public async Task ListLeases_PageByPage_OwnTenantsOldestFirstWhileOthersEnd()
    {
        var stay = new List<string>();
        var go = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            var (_, staying) = await _broker.OpenAsync("payments/leases");
            var (_, going) = await _broker.OpenAsync("payments/leases");
            stay.Add((await _broker.IssueAsync(staying, "orders-api")).Lease.Id);
            go.Add(going);
            stay.Add((await _broker.IssueAsync(staying, "orders-api")).Lease.Id);
            await _broker.IssueAsync(going, "orders-api");
        }

        var (_, foreign) = await _broker.OpenAsync("logistics/leases");
        var carriedLease = (await _broker.IssueAsync(foreign, "parcels-api")).Lease.Id;
        var request = new ListLeasesRequest { PageSize = 3, Selector = new Protocol.V1.LeaseSelector { Workload = "spiffe://acme.test/payments/leases" } };
        var ending = new Queue<string>(go);

        var seen = await ListLeasesAsync("viewer", request, async () =>
        {
            if (ending.TryDequeue(out var token)) await _broker.Tasks.EndTaskAsync(new EndTaskRequest(), OperatedBroker.Bearer(token));
        });
        var carried = await ListLeasesAsync("carrier", new ListLeasesRequest());

        Assert.Multiple(() =>
        {
            Assert.That(seen.Select(lease => lease.Id), Is.Unique);
            Assert.That(seen.Select(lease => lease.Id).Intersect(stay), Is.EqualTo(stay), "Whatever stays is seen once, in the order of issue.");
            Assert.That(seen.Select(lease => lease.IssuedAt.ToDateTime()), Is.Ordered);
            Assert.That(carried.Select(lease => lease.Template), Has.All.EqualTo("parcels-api"));
            Assert.That(carried.Select(lease => lease.Id), Does.Contain(carriedLease));
        });
    }

    [Test]
    public async Task ListLeases_OfATask_AlsoWhatIsRevoked()
    {
        var (parent, parentToken) = await _broker.OpenAsync("payments/task-leases");
        var (_, childToken) = await _broker.OpenAsync("payments/task-leases", parentToken);
        var first = (await _broker.IssueAsync(parentToken, "orders-api")).Lease.Id;
        var second = (await _broker.IssueAsync(childToken, "orders-api")).Lease.Id;
        await _broker.Tasks.EndTaskAsync(new EndTaskRequest(), OperatedBroker.Bearer(childToken));
        var ofTask = new Protocol.V1.LeaseSelector { TaskId = parent.Id };

        var all = await ListLeasesAsync("viewer", new ListLeasesRequest { Selector = ofTask, PageSize = 1 });
        var dead = await ListLeasesAsync("viewer", new ListLeasesRequest { Selector = ofTask, States = { Protocol.V1.LeaseState.Revoked } });
        var foreign = await ListLeasesAsync("carrier", new ListLeasesRequest { Selector = ofTask });

        Assert.Multiple(() =>
        {
            Assert.That(all.Select(lease => lease.Id), Is.EqualTo(new[] { first, second }));
            Assert.That(dead.Select(lease => lease.Id), Is.EqualTo(new[] { second }));
            Assert.That(foreign, Is.Empty);
        });
    }

    [Test]
    public async Task GetLease_OfAnotherTenant_NotFound()
    {
        var (_, token) = await _broker.OpenAsync("logistics/one");
        var id = (await _broker.IssueAsync(token, "parcels-api")).Lease.Id;

        await AssertRefusedAsync(
            StatusCode.NotFound, "LEASE_NOT_FOUND", () => _broker.Leases.GetLeaseAsync(new GetLeaseRequest { LeaseId = id }, As("responder")).ResponseAsync);
        Assert.That((await _broker.Leases.GetLeaseAsync(new GetLeaseRequest { LeaseId = id }, As("carrier"))).Lease.Id, Is.EqualTo(id));
    }

    [TestCase("!")]
    [TestCase("bm9uc2Vuc2U")]
    public async Task List_ForeignPageToken_Invalid(string token)
    {
        await AssertRefusedAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", () => _broker.Tasks.ListTasksAsync(new ListTasksRequest { PageToken = token }, As("root")).ResponseAsync);
        await AssertRefusedAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", () => _broker.Leases.ListLeasesAsync(new ListLeasesRequest { PageToken = token }, As("root")).ResponseAsync);
    }

    [Test]
    public async Task ListTemplates_ByTenant_ThoseItMayUse()
    {
        var seen = await _broker.Governance.ListTemplatesAsync(new ListTemplatesRequest(), As("viewer"));
        var all = await _broker.Governance.ListTemplatesAsync(new ListTemplatesRequest(), As("root"));
        var one = (await _broker.Governance.GetTemplateAsync(new GetTemplateRequest { Name = "orders-api" }, As("viewer"))).Template;

        Assert.Multiple(() =>
        {
            Assert.That(seen.Templates.Select(template => template.Name), Is.EqualTo(new[] { "orders-api" }));
            Assert.That(all.Templates.Select(template => template.Name), Is.EqualTo(new[] { "orders-api", "parcels-api" }));
            Assert.That((one.Risk, one.Backend, one.MaxTtl.Seconds), Is.EqualTo(("low", "token", 600)));
            Assert.That(one.Capabilities, Is.EquivalentTo(new[] { Capability.Read, Capability.Delegate }));
        });
        await AssertRefusedAsync(
            StatusCode.NotFound, "TEMPLATE_NOT_FOUND",
            () => _broker.Governance.GetTemplateAsync(new GetTemplateRequest { Name = "parcels-api" }, As("viewer")).ResponseAsync);
    }

    [Test]
    public async Task RotateSigningKey_AdminOfOneTenant_Denied() => await AssertRefusedAsync(
        StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED", () => _broker.Governance.RotateSigningKeyAsync(new RotateSigningKeyRequest(), As("admin")).ResponseAsync);

    [Test]
    public async Task Issue_OperatorToken_Unauthenticated() => await AssertRefusedAsync(
        StatusCode.Unauthenticated, "TASK_TOKEN_INVALID",
        () => new CredentialService.CredentialServiceClient(_broker.Channel).IssueAsync(new IssueRequest { Template = "orders-api" }, As("root")).ResponseAsync);

    [Test]
    public async Task WatchOrder_Stream_HeldAgainstTheTableToo() => await AssertRefusedAsync(
        StatusCode.Unauthenticated, "TASK_TOKEN_INVALID", async () =>
        {
            using var call = _broker.Revocations.WatchOrder(new WatchOrderRequest());
            await call.ResponseStream.MoveNext(CancellationToken.None);
        });

    [TestCase("/v1/templates", null, HttpStatusCode.Unauthorized)]
    [TestCase("/v1/templates", "stranger", HttpStatusCode.Forbidden)]
    [TestCase("/v1/templates", "viewer", HttpStatusCode.OK)]
    [TestCase("/v1/tasks", null, HttpStatusCode.Unauthorized)]
    [TestCase("/v1/leases", "viewer", HttpStatusCode.OK)]
    [TestCase("/v1/status", null, HttpStatusCode.OK)]
    public async Task Json_SameTable_SameAnswer(string path, string? principal, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (principal is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _issuer.Issue(principal));

        using var response = await _broker.Http.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task Scan_OneBucketInSmallPages_EveryLiveLeaseOnce()
    {
        var index = _broker.Services.GetRequiredService<ILeaseIndex>();
        var (task, token) = await _broker.OpenAsync("payments/scan");
        var issued = new List<string>();
        for (var i = 0; i < 10; i++) issued.Add((await _broker.IssueAsync(token, "orders-api")).Lease.Id);
        var id = TaskId.Parse(task.Id);
        Leases.LeaseSelector[] selectors =
        [
            new(), new() { TaskId = id }, new() { Template = "orders-api" }, new() { Tenant = "payments", Workload = "spiffe://acme.test/payments/scan" },
            new() { Tenant = "payments", Workload = "spiffe://acme.test/payments/scan", Template = "orders-api" }, new() { Risk = RiskLevel.Low },
        ];

        foreach (var selector in selectors)
        {
            var found = new List<string>();
            string? after = null;
            do
            {
                var page = await index.ScanAsync(id.Bucket, selector, after, 3, CancellationToken.None);
                found.AddRange(page.Leases.Where(lease => lease.Terms.TaskId == id).Select(lease => lease.Id.Value));
                after = page.Next;
            }
            while (after is not null);
            Assert.That(found, Is.EqualTo(issued), selector.Describe());
        }

        var one = LeaseId.Parse(issued[4]);
        Assert.That((await index.ScanAsync(id.Bucket, new Leases.LeaseSelector { LeaseId = one }, null, 3, CancellationToken.None)).Leases.Single().Id, Is.EqualTo(one));
        Assert.That((await index.ScanAsync(id.Bucket, new Leases.LeaseSelector { Risk = RiskLevel.High }, null, 100, CancellationToken.None)).Leases.Where(lease => lease.Terms.TaskId == id), Is.Empty);
        Assert.That((await index.ScanAsync((id.Bucket + 1) % Buckets.Count, new Leases.LeaseSelector { TaskId = id }, null, 3, CancellationToken.None)).Leases, Is.Empty);
    }

    private Metadata As(string principal) => OperatedBroker.Bearer(_issuer.Issue(principal));

    private async Task<EndTaskResponse> EndAsync(string principal, string taskId) =>
        await _broker.Tasks.EndTaskAsync(new EndTaskRequest { TaskId = taskId, Outcome = "stopped" }, As(principal));

    private async Task<List<AgentTask>> ListTasksAsync(string principal, ListTasksRequest request)
    {
        var all = new List<AgentTask>();
        do
        {
            var page = await _broker.Tasks.ListTasksAsync(request, As(principal));
            all.AddRange(page.Tasks);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    private async Task<List<Protocol.V1.Lease>> ListLeasesAsync(string principal, ListLeasesRequest request, Func<Task>? betweenPages = null)
    {
        var all = new List<Protocol.V1.Lease>();
        do
        {
            var page = await _broker.Leases.ListLeasesAsync(request, As(principal));
            all.AddRange(page.Leases);
            request.PageToken = page.NextPageToken;
            if (betweenPages is not null) await betweenPages();
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    private static async Task AssertRefusedAsync(StatusCode code, string reason, Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException refusal)
        {
            Assert.That((refusal.StatusCode, refusal.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason), Is.EqualTo((code, reason)));
            return;
        }

        Assert.Fail("It was not refused.");
    }
}
