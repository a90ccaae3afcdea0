using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Attestation;
using CredBroker.Testing.Broker;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static CredBroker.Server.Tests.Approvals.ApprovalBench;

namespace CredBroker.Server.Tests.Approvals;

/// <summary>An approval cannot be replayed, moved to another action, given to oneself, or used late, whatever agents and operators try.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Children)]
internal sealed class ApprovalAttackTests
{
    private ApprovalBench _bench = null!;

    private static IEnumerable<TestCaseData> OtherActions()
    {
        yield return Case("another capability", r => r.Capabilities.Add(Capability.Read));
        yield return Case("another TTL", r => r.Ttl = Duration.FromTimeSpan(TimeSpan.FromMinutes(4)));
        yield return Case("another justification", r => r.Justification += "!");
        yield return Case("a proof key", r => r.ProofKey = ProofKey());

        static TestCaseData Case(string name, Action<IssueRequest> change) => new TestCaseData(change).SetArgDisplayNames(name);
    }

    [OneTimeSetUp]
    public async Task StartAsync() => _bench = await ApprovalBench.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Issue_Approved_IsIssuedOnceForWhatWasApproved()
    {
        var (task, token) = await _bench.OpenAsync();
        var id = await _bench.AskAsync(token);
        Assert.That(await _bench.AskAsync(token), Is.EqualTo(id), "the same again is the same request");
        Assert.That(await _bench.AskAsync(token, Write(id)), Is.EqualTo(id), "too early");

        var decided = await _bench.DecideAsync("ann", id);
        var issued = (await _bench.IssueAsync(token, Write(id))).Issued;

        Assert.That(decided.State, Is.EqualTo(ApprovalRequest.Types.State.Approved));
        Assert.That(issued.Lease.Capabilities, Is.EqualTo(new[] { Capability.Write }));
        Assert.That(issued.Lease.Renewable, Is.False, "nobody has agreed to more time");
        Assert.That(issued.Lease.MaxExpiresAt, Is.EqualTo(issued.Lease.ExpiresAt));
        var used = await _bench.ReadAsync(id);
        Assert.That((used.State, used.LeaseId, used.TaskId), Is.EqualTo((ApprovalRequest.Types.State.Used, issued.Lease.Id, task.Id)));
    }

    [Test]
    public async Task Replay_Again_RefusedAndOneLease()
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await ApprovedAsync(token);
        await _bench.IssueAsync(token, Write(id, "first"));

        await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => _bench.IssueAsync(token, Write(id)));
        await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => _bench.IssueAsync(token, Write(id, "second")));

        Assert.That(await _bench.ListLeasesAsync(token), Has.Count.EqualTo(1));
    }

    [TestCase(true), TestCase(false)]
    public async Task Replay_TwentyAtOnce_OneLease(bool isKeyed)
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await ApprovedAsync(token);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                return (await _bench.IssueAsync(token, Write(id, isKeyed ? $"key-{i}" : ""))).Issued.Lease.Id;
            }
            catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
            {
                return null;
            }
        }));

        Assert.That(outcomes.OfType<string>().ToList(), Has.Count.EqualTo(1));
        Assert.That(await _bench.ListLeasesAsync(token), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Retry_UnderTheSameKey_SameLeaseAndNoSecondApproval()
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await ApprovedAsync(token);

        var leases = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await _bench.IssueAsync(token, Write(id, "key"))).Issued.Lease.Id));

        Assert.That(leases.Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That(await _bench.ListLeasesAsync(token), Has.Count.EqualTo(1));
    }

    [TestCaseSource(nameof(OtherActions))]
    public async Task Moved_ToAnotherAction_RefusedAndStillGoodForItsOwn(Action<IssueRequest> change)
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await ApprovedAsync(token);
        var moved = Write(id);
        change(moved);

        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => _bench.IssueAsync(token, moved));

        Assert.That((await _bench.IssueAsync(token, Write(id))).Issued, Is.Not.Null);
    }

    [Test]
    public async Task Moved_ToAnotherTemplateTaskOrWorkload_Refused()
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await ApprovedAsync(token);
        var (_, other) = await _bench.OpenAsync();

        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => _bench.IssueAsync(token, Write(id, template: "vault")));
        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => _bench.IssueAsync(other, Write(id)));
        Assert.That(await _bench.ListLeasesAsync(other), Is.Empty);
    }

    [TestCase("")]
    [TestCase("apr_1")]
    [TestCase("apr_00ZZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [TestCase("apr_0001890000000000000000000000")]
    public async Task Invented_AnyId_IssuesNothing(string id)
    {
        var (_, token) = await _bench.OpenAsync();

        if (id.Length > 0) await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => _bench.IssueAsync(token, Write(id)));
        else await _bench.AskAsync(token);

        Assert.That(await _bench.ListLeasesAsync(token), Is.Empty);
    }

    [Test]
    public async Task Denied_UsedOrAskedAgain_Refused()
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await _bench.AskAsync(token);
        Assert.That((await _bench.DecideAsync("bob", id, approve: false)).State, Is.EqualTo(ApprovalRequest.Types.State.Denied));

        await Refused.WithAsync(StatusCode.PermissionDenied, "APPROVAL_DENIED", () => _bench.IssueAsync(token, Write(id)));
        await Refused.WithAsync(StatusCode.PermissionDenied, "APPROVAL_DENIED", () => _bench.IssueAsync(token, Write()));
        await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => _bench.DecideAsync("ann", id));
    }

    [Test]
    public async Task Decide_Twice_TheFirstStands()
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await ApprovedAsync(token);

        Assert.That((await _bench.DecideAsync("ann", id)).Decisions, Has.Count.EqualTo(1), "saying the same again changes nothing");
        await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => _bench.DecideAsync("ann", id, approve: false));
        await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => _bench.DecideAsync("bob", id, approve: false));
    }

    [Test]
    public async Task Decide_TwoRace_OneDecision()
    {
        for (var round = 0; round < 10; round++)
        {
            var (_, token) = await _bench.OpenAsync();
            var id = await _bench.AskAsync(token);

            var states = await Task.WhenAll(TryDecideAsync("ann", id, approve: true), TryDecideAsync("bob", id, approve: false));

            Assert.That(states.OfType<ApprovalRequest.Types.State>().ToList(), Has.Count.EqualTo(1));
            Assert.That((await _bench.ReadAsync(id)).Decisions, Has.Count.EqualTo(1));
        }
    }

    [TestCase("eve", Description = "in no group")]
    [TestCase("cy", Description = "in another group")]
    [TestCase("viv", Description = "in the group, and no approver")]
    [TestCase("adm", Description = "may do everything but this")]
    public async Task Decide_WhoMayNot_Refused(string principal)
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await _bench.AskAsync(token);

        await Refused.WithAsync(StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED", () => _bench.DecideAsync(principal, id));
        Assert.That((await _bench.ReadAsync(id)).State, Is.EqualTo(ApprovalRequest.Types.State.Pending));
    }

    [Test]
    public async Task Decide_AnotherTenants_IsNoRequestAtAll()
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await _bench.AskAsync(token);

        await Refused.ForFieldAsync("approval_id", () => _bench.DecideAsync("log", id));
        var theirs = await _bench.Approvals.ListApprovalsAsync(new ListApprovalsRequest { PageSize = 1000 }, _bench.As("log"));
        Assert.That(theirs.Approvals.Select(request => request.Id), Does.Not.Contain(id));
        var (_, carrier) = await _bench.OpenAsync("carrier");
        var own = await _bench.AskAsync(carrier);
        Assert.That((await _bench.DecideAsync("log", own)).State, Is.EqualTo(ApprovalRequest.Types.State.Approved));
    }

    [Test]
    public async Task Decide_WithATaskToken_Refused()
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await _bench.AskAsync(token);

        var refusal = await Refused.CatchAsync(async () => await _bench.Approvals.DecideAsync(
            new DecideRequest { ApprovalId = id, Approve = true, Reason = "I say so" }, OperatedBroker.Bearer(token)));
        Assert.That(refusal.StatusCode, Is.EqualTo(StatusCode.Unauthenticated));
    }

    [TestCase(""), TestCase("  ")]
    public async Task Decide_NoReason_Refused(string reason)
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await _bench.AskAsync(token);

        await Refused.ForFieldAsync("reason", () => _bench.DecideAsync("ann", id, reason: reason));
    }

    [Test]
    public async Task SelfApproved_ByTheOpener_Refused()
    {
        // The operator human-1 and the workload are one person.
        var (_, token) = await _bench.Broker.OpenAsync("agent/human-1");
        var id = await _bench.AskAsync(token, Write(why: Guid.NewGuid().ToString()));

        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => _bench.DecideAsync("human-1", id));
        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => _bench.DecideAsync("human-1", id, approve: false));
        Assert.That((await _bench.DecideAsync("ann", id)).State, Is.EqualTo(ApprovalRequest.Types.State.Approved));
    }

    [Test]
    public async Task SelfApproved_ByThePersonBehindTheTaskAbove_Refused()
    {
        var (_, parent) = await _bench.OpenAsync("named");
        var (_, child) = await OpenChildAsync(parent);
        var id = await _bench.AskAsync(child, new IssueRequest { Template = "plain" });

        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => _bench.DecideAsync("dee", id));
        Assert.That((await _bench.DecideAsync("ann", id)).State, Is.EqualTo(ApprovalRequest.Types.State.Approved));
    }

    [Test]
    public async Task SomeOfAll_TwoOwnersAndOneOnCall_EachPersonOnce()
    {
        var (_, token) = await _bench.OpenAsync();
        var request = Write(template: "vault");
        var id = await _bench.AskAsync(token, request);
        request.ApprovalId = id;

        Assert.That((await _bench.DecideAsync("bob", id)).State, Is.EqualTo(ApprovalRequest.Types.State.Pending));
        Assert.That((await _bench.DecideAsync("ann", id)).State, Is.EqualTo(ApprovalRequest.Types.State.Pending), "bob stands for one group, not for both");
        await _bench.AskAsync(token, request);
        var last = await _bench.DecideAsync("dee", id);

        Assert.That((last.State, last.ApprovedBy.Count), Is.EqualTo((ApprovalRequest.Types.State.Approved, 3)));
        Assert.That((await _bench.IssueAsync(token, request)).Issued, Is.Not.Null);
    }

    [Test]
    public async Task SomeOfAll_OneRefusesWhereOthersHaveAgreed_IsANo()
    {
        var (_, token) = await _bench.OpenAsync();
        var id = await _bench.AskAsync(token, Write(template: "vault"));
        await _bench.DecideAsync("ann", id);

        Assert.That((await _bench.DecideAsync("ann", id, approve: false)).State, Is.EqualTo(ApprovalRequest.Types.State.Denied), "also who had agreed");
        await Refused.WithAsync(StatusCode.PermissionDenied, "APPROVAL_DENIED", () => _bench.IssueAsync(token, Write(id, template: "vault")));
    }

    [Test]
    public async Task Asked_OfAGroupThatThereIsNot_DeniedWithTheReason()
    {
        var (task, token) = await _bench.OpenAsync();

        var refusal = await Refused.WithAsync(
            StatusCode.PermissionDenied, "POLICY_DENIED", () => _bench.IssueAsync(token, new IssueRequest { Template = "lost" }));
        Assert.That(refusal.Status.Detail, Does.Contain("no ApproverGroup nobody"));
        Assert.That(task.Id, Is.Not.Empty);
    }

    [Test]
    public async Task Asked_WithoutEnd_RefusedBeforeItFloodsAnybody()
    {
        var (_, token) = await _bench.OpenAsync();
        for (var i = 0; i < 10; i++) await _bench.AskAsync(token, Write(why: $"please {i}"));

        await Refused.WithAsync(StatusCode.ResourceExhausted, "QUOTA_EXCEEDED", () => _bench.IssueAsync(token, Write(why: "please!")));
    }

    [Test]
    public async Task Asked_ByManyTasksOfOneWorkload_RefusedBeforeItFloodsAnybody()
    {
        var workload = $"agent/{Guid.NewGuid():n}";
        var asked = new List<(string Token, string Approval)>();
        for (var task = 0; task < 10; task++)
        {
            var (_, opened) = await _bench.Broker.OpenAsync(workload);
            for (var i = 0; i < 5; i++) asked.Add((opened, await _bench.AskAsync(opened, Write(why: $"please {i}"))));
        }

        var (_, token) = await _bench.Broker.OpenAsync(workload);
        var refusal = await Refused.WithAsync(StatusCode.ResourceExhausted, "QUOTA_EXCEEDED", () => _bench.IssueAsync(token, Write()));
        Assert.That(refusal.Status.Detail, Does.Contain("of the workload"));
        Assert.That(await _bench.AskAsync(asked[0].Token, Write(why: "please 0")), Is.EqualTo(asked[0].Approval), "what is asked already costs nothing");
        await _bench.AskAsync((await _bench.OpenAsync()).Token);

        await _bench.DecideAsync("ann", asked[0].Approval);
        Assert.That((await _bench.IssueAsync(asked[0].Token, Write(asked[0].Approval, why: "please 0"))).Issued, Is.Not.Null);
        await _bench.AskAsync(token);
    }

    [Test]
    public async Task TaskEnded_PendingAndApproved_LapseAndNobodyDecides()
    {
        var (task, token) = await _bench.OpenAsync();
        var pending = await _bench.AskAsync(token, Write(why: "pending"));
        var approved = await ApprovedAsync(token);

        await _bench.Broker.Tasks.EndTaskAsync(new EndTaskRequest { TaskId = task.Id }, OperatedBroker.Bearer(token));

        Assert.That((await _bench.ReadAsync(pending)).State, Is.EqualTo(ApprovalRequest.Types.State.Lapsed));
        Assert.That((await _bench.ReadAsync(approved)).State, Is.EqualTo(ApprovalRequest.Types.State.Lapsed));
        await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => _bench.DecideAsync("ann", pending));
        var refusal = await Refused.CatchAsync(() => _bench.IssueAsync(token, Write(approved)));
        Assert.That(refusal.StatusCode, Is.EqualTo(StatusCode.FailedPrecondition));
    }

    private async Task<(AgentTask Task, string Token)> OpenChildAsync(string parentToken)
    {
        var opened = await _bench.Broker.Tasks.OpenTaskAsync(new OpenTaskRequest
        {
            Evidence = BrokerSite.Evidence(_bench.Broker.Svid($"agent/{Guid.NewGuid():n}")),
            Purpose = "test",
            ParentTaskToken = parentToken,
            Delegation = { new Delegation { Template = "plain", Capabilities = { Capability.Read } }, },
        });
        return (opened.Task, opened.TaskToken);
    }

    private static string ProofKey()
    {
        using var key = TestSigningKey.For("ES256");
        var jwk = key.ToJwk();
        foreach (var extra in new[] { "kid", "use", "alg" }) jwk.Remove(extra);
        return jwk.ToJsonString();
    }

    private async Task<string> ApprovedAsync(string token)
    {
        var id = await _bench.AskAsync(token);
        await _bench.DecideAsync("ann", id);
        return id;
    }

    private async Task<ApprovalRequest.Types.State?> TryDecideAsync(string principal, string id, bool approve)
    {
        try
        {
            return (await _bench.DecideAsync(principal, id, approve)).State;
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
        {
            return null;
        }
    }
}
