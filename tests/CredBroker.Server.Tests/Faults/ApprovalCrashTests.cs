using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;

namespace CredBroker.Server.Tests.Faults;

/// <summary>The broker dies between any two steps of an approval: none is lost that was answered for, none is good twice, and every line is written.</summary>
[TestFixture, Category("Fault"), Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ApprovalCrashTests
{
    private const string Group =
        """

        ---
        apiVersion: credbroker/v1
        kind: ApproverGroup
        metadata: { name: owners, owner: payments }
        spec: { approvers: [development/approver] }
        """;

    private const string Policies =
        """
        @id("all") permit (principal, action, resource);
        @id("write") @approval("owners") forbid (principal, action == Action::"write", resource) unless { context has approval };
        @id("tool") @approval("owners") forbid (principal, action == Action::"callTool", resource) unless { context has approval };
        """;

    private CrashBench _bench = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await CrashBench.StartAsync();
        await File.AppendAllTextAsync(Path.Combine(_bench.Site.CatalogueFolder, "catalogue.yaml"), Group);
        await File.WriteAllTextAsync(Path.Combine(_bench.Site.PoliciesFolder, "all.cedar"), Policies);
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
    }

    [Test]
    public async Task Killed_AfterTheRequestIsRecorded_SameRequestAgainAndItsLineIsWritten()
    {
        var opened = await OpenAsync("after-ask");
        await DieAsync(opened, () => IssueAsync(opened, ""));

        opened = await RestartAsync(opened);
        var id = (await IssueAsync(opened, "")).PendingApproval.ApprovalId;

        Assert.That((await ListAsync(opened)).Select(request => request.Id), Is.EqualTo(new[] { id }));
        await UntilOnRecordAsync("approval_requested", id);
    }

    [TestCase("before-vote", ApprovalRequest.Types.State.Pending)]
    [TestCase("after-vote", ApprovalRequest.Types.State.Approved)]
    public async Task Killed_WhileSomebodyDecides_DecidedOnceOrNotAtAll(string fault, ApprovalRequest.Types.State state)
    {
        var opened = await OpenAsync(fault);
        var id = (await IssueAsync(opened, "")).PendingApproval.ApprovalId;
        await DieAsync(opened, () => DecideAsync(opened, id));

        opened = await RestartAsync(opened);
        Assert.That((await ListAsync(opened)).Single().State, Is.EqualTo(state));
        Assert.That((await DecideAsync(opened, id)).Decisions, Has.Count.EqualTo(1), "deciding again is safe");

        await UntilOnRecordAsync("approval_decided", id);
        Assert.That((await IssueAsync(opened, id)).Issued, Is.Not.Null);
    }

    [TestCase("key"), TestCase("")]
    public async Task Killed_RightAfterTheLeaseIsRecorded_OneLeaseAndTheApprovalIsUsed(string key)
    {
        var opened = await OpenAsync("after-begin");
        var id = (await IssueAsync(opened, "")).PendingApproval.ApprovalId;
        await DecideAsync(opened, id);
        await DieAsync(opened, () => IssueAsync(opened, id, key));

        opened = await RestartAsync(opened);
        Assert.That((await ListAsync(opened)).Single().State, Is.EqualTo(ApprovalRequest.Types.State.Used));
        if (key.Length > 0) Assert.That((await IssueAsync(opened, id, key)).Issued, Is.Not.Null, "a retry needs no second approval");
        else await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => IssueAsync(opened, id, key));

        Assert.That(await opened.ListLeasesAsync(), Has.Count.EqualTo(1));
        await UntilOnRecordAsync("approval_used", id);
    }

    [Test]
    public async Task Killed_RightAfterAToolsApprovalIsUsed_NotGoodTwice()
    {
        var opened = await OpenAsync("after-use");
        var id = (await CallAsync(opened, "")).ApprovalId;
        await DecideAsync(opened, id);
        await DieAsync(opened, () => CallAsync(opened, id));

        opened = await RestartAsync(opened);
        await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => CallAsync(opened, id));
        await UntilOnRecordAsync("approval_used", id);
    }

    private static async Task<IssueResponse> IssueAsync(OpenedTask opened, string approvalId, string key = "") => await opened.Calls.Credentials.IssueAsync(
        new IssueRequest { Template = "orders-api", Capabilities = { Capability.Write }, ApprovalId = approvalId, IdempotencyKey = key }, opened.Auth);

    private static async Task<AuthorizeToolCallResponse> CallAsync(OpenedTask opened, string approvalId) => await opened.Calls.Credentials.AuthorizeToolCallAsync(
        new AuthorizeToolCallRequest
        {
            Tool = "transfer",
            Capability = Capability.Write,
            Target = "orders-api",
            ArgumentsDigest = new string('a', 64),
            ApprovalId = approvalId,
        },
        opened.Auth);

    private async Task<ApprovalRequest> DecideAsync(OpenedTask opened, string id) => (await new ApprovalService.ApprovalServiceClient(opened.Calls.Channel)
        .DecideAsync(new DecideRequest { ApprovalId = id, Approve = true, Reason = "it is in order" }, Approver())).Approval;

    private async Task<IReadOnlyList<ApprovalRequest>> ListAsync(OpenedTask opened) =>
        (await new ApprovalService.ApprovalServiceClient(opened.Calls.Channel).ListApprovalsAsync(new ListApprovalsRequest(), Approver())).Approvals;

    private Metadata Approver() => BrokerCalls.Bearer(
        (string)JsonNode.Parse(File.ReadAllText(Path.Combine(_bench.Site.DataFolder, "operators.json")))!["approver"]!);

    private async Task<OpenedTask> OpenAsync(string fault) => await (await _bench.StartBrokerAsync(fault)).Calls.OpenAsync();

    private async Task<OpenedTask> RestartAsync(OpenedTask opened) => opened.At(await _bench.StartBrokerAsync());

    private static async Task DieAsync(OpenedTask opened, Func<Task> call)
    {
        var refusal = await Refused.CatchAsync(call);
        Assert.That(refusal.StatusCode, Is.EqualTo(StatusCode.Unavailable).Or.EqualTo(StatusCode.Internal), $"the broker of {opened.Id} has died");
    }

    private Task UntilOnRecordAsync(string type, string id) => Eventually.IsTrueAsync(
        () => _bench.Site.ReadAudit().Any(line => (string?)line["type"] == type && (string?)line["details"]?["approval"] == id),
        $"{type} of {id} is on record", TimeSpan.FromSeconds(40));
}
