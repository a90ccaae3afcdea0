using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Api;
using Grpc.Core;
using static CredBroker.Server.Tests.Approvals.ApprovalBench;

namespace CredBroker.Server.Tests.Approvals;

/// <summary>Approvals for tools, in lists, by JSON, explained and on record.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Children)]
internal sealed class ApprovalApiTests
{
    private static readonly string Arguments = new('a', 64);
    private ApprovalBench _bench = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _bench = await ApprovalBench.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task ToolCall_Approved_AllowedOnceAndForTheseArguments()
    {
        var (_, token) = await _bench.OpenAsync();
        var asked = await AuthorizeAsync(token, Call());
        Assert.That(asked.Decision, Is.EqualTo(AuthorizeToolCallResponse.Types.Decision.NeedsApproval));
        Assert.That((await AuthorizeAsync(token, Call(asked.ApprovalId))).Decision, Is.EqualTo(AuthorizeToolCallResponse.Types.Decision.NeedsApproval), "too early");
        await _bench.DecideAsync("cy", asked.ApprovalId);

        var moved = Call(asked.ApprovalId);
        moved.ArgumentsDigest = new string('b', 64);
        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => AuthorizeAsync(token, moved));
        var decisions = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TryAuthorizeAsync(token, Call(asked.ApprovalId))));

        Assert.That(decisions.Count(decision => decision == AuthorizeToolCallResponse.Types.Decision.Allow), Is.EqualTo(1));
        await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => AuthorizeAsync(token, Call(asked.ApprovalId)));
    }

    [Test]
    public async Task ToolCall_ArgumentsNotTold_NobodyIsAsked()
    {
        var (_, token) = await _bench.OpenAsync();
        var call = Call();
        call.ArgumentsDigest = "";

        await Refused.ForFieldAsync("arguments_digest", () => AuthorizeAsync(token, call));
    }

    [Test]
    public async Task ToolCall_ApprovalOfATemplate_IsNotForIt()
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await _bench.AskAsync(token);
        await _bench.DecideAsync("ann", id);

        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => AuthorizeAsync(token, Call(id)));
    }

    [Test]
    public async Task Explain_NeedsApproval_SaysSoAndIssuesNothing()
    {
        var (task, _) = await _bench.OpenAsync();

        var pending = await _bench.ExplainAsync(task.Id, "ledger", Capability.Write);

        Assert.That((pending.Allowed, pending.PendingApproval, pending.Ttl?.Seconds), Is.EqualTo((false, true, 300)));
        Assert.That(pending.ApprovalGroups, Is.EqualTo(new[] { "owners" }));
        Assert.That((await _bench.ExplainAsync(task.Id, "plain")).PendingApproval, Is.False);
    }

    [Test]
    public async Task List_ByStateAndPage_EachOnceNewestFirst()
    {
        var (_, token) = await _bench.OpenAsync();
        var ids = new List<string>();
        for (var i = 0; i < 6; i++) ids.Add(await _bench.AskAsync(token, Write(why: $"list {i}")));
        await _bench.DecideAsync("ann", ids[0], approve: false);

        var found = new List<ApprovalRequest>();
        var page = "";
        do
        {
            var response = await _bench.Approvals.ListApprovalsAsync(
                new ListApprovalsRequest { State = ApprovalRequest.Types.State.Pending, PageSize = 2, PageToken = page }, _bench.As("ann"));
            found.AddRange(response.Approvals);
            page = response.NextPageToken;
        }
        while (page.Length > 0);

        Assert.That(found.Select(request => request.Id).Where(ids.Contains), Is.EqualTo(ids.Skip(1).Reverse()));
        Assert.That(found.Select(request => request.State), Is.All.EqualTo(ApprovalRequest.Types.State.Pending));
        await Refused.ForFieldAsync("page_token", async () => await _bench.Approvals.ListApprovalsAsync(new ListApprovalsRequest { PageToken = "x" }, _bench.As("ann")));
    }

    [Test]
    public async Task Json_ListAndDecide_TheSameAsByGrpc()
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await _bench.AskAsync(token);

        var listed = JsonNode.Parse(await SendAsync(HttpMethod.Get, "/v1/approvals?state=STATE_PENDING&page_size=1000", "ann"))!;
        var decided = JsonNode.Parse(await SendAsync(HttpMethod.Post, $"/v1/approvals/{id}:decide", "ann", new { approve = true, reason = "it is in order" }))!;

        Assert.That(listed["approvals"]!.AsArray().Select(request => (string?)request!["id"]), Does.Contain(id));
        Assert.That((string?)decided["approval"]!["state"], Is.EqualTo("STATE_APPROVED"));
        Assert.That((string?)decided["approval"]!["decisions"]![0]!["principal"], Is.EqualTo("ann"));
    }

    [Test]
    public async Task Audit_WholeStory_WhoWhenWhyAndForWhichLease()
    {
        var (task, token) = await _bench.OpenAsync();
        var id = await _bench.AskAsync(token);
        await _bench.DecideAsync("ann", id, reason: "the auditors wait for it");
        var lease = (await _bench.IssueAsync(token, Write(id))).Issued.Lease.Id;

        var lines = (await _bench.Broker.ReadAuditAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)
            .Where(line => (string?)line["details"]?["approval"] == id).ToList();

        Assert.That(lines.Select(line => (string?)line["task"]), Is.All.EqualTo(task.Id));
        Assert.That(lines.Select(line => (string?)line["type"]), Is.EqualTo(new[] { "approval_requested", "approval_decided", "issue_allowed", "approval_used" }));
        Assert.That((string?)lines[1]["actor"]!["subject"], Is.EqualTo("ann"));
        Assert.That((string?)lines[1]["details"]!["why"], Is.EqualTo("the auditors wait for it"));
        Assert.That((string?)lines[3]["lease"], Is.EqualTo(lease));
    }

    private static AuthorizeToolCallRequest Call(string approvalId = "") => new()
    {
        Tool = "transfer",
        Capability = Capability.Write,
        Target = "bank",
        ArgumentsDigest = Arguments,
        ApprovalId = approvalId,
    };

    private async Task<AuthorizeToolCallResponse> AuthorizeAsync(string token, AuthorizeToolCallRequest call) =>
        await _bench.Credentials.AuthorizeToolCallAsync(call, OperatedBroker.Bearer(token));

    private async Task<AuthorizeToolCallResponse.Types.Decision?> TryAuthorizeAsync(string token, AuthorizeToolCallRequest call)
    {
        try
        {
            return (await AuthorizeAsync(token, call)).Decision;
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
        {
            return null;
        }
    }

    private async Task<string> SendAsync(HttpMethod method, string path, string principal, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("Authorization", _bench.As(principal).GetValue("authorization"));
        using var response = await _bench.Broker.Http.SendAsync(request);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }
}
