using CredBroker.Protocol.V1;
using Google.Protobuf.WellKnownTypes;

namespace CredBroker.Tests.Cli;

/// <summary>What operators do beside mass revocation.</summary>
[TestFixture, Category("Unit")]
public sealed class OperatorCommandTests
{
    [Test]
    public async Task FenceList_Always_SaysWhatEachRefuses()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Fences.Add(new Fence
        {
            Id = "fnc_1",
            RaisedBy = "alice",
            Reason = "leaked key",
            NotBefore = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
            Selectors = { new LeaseSelector { Tenant = "payments" }, new LeaseSelector { Risk = "high" } },
        });
        bench.Broker.Orders.Fences.Add(new Fence { Id = "fnc_2" });
        Assert.That(await bench.RunAsync("fence", "list"), Is.Zero);
        Assert.That(bench.Out, Does.Contain("tenant=payments OR risk=high").And.Contain("1970-01-01 00:00:00Z").And.Contain("being raised"));
        await bench.RunAsync("fence", "list", "-o", "json");
        Assert.That(
            bench.Json.GetProperty("fences")[0].EnumerateObject().Select(m => m.Name), Is.EqualTo(["id", "selectors", "not_before", "reason", "raised_by"]));
        Assert.That(bench.Json.GetProperty("fences")[0].GetProperty("selectors")[0].GetProperty("tenant").GetString(), Is.EqualTo("payments"));
    }

    [Test]
    public async Task FenceLift_OneIsEnough_LiftsIt()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        Assert.That(await bench.RunAsync("fence", "lift", "fnc_1", "--reason", "contained", "-o", "json"), Is.Zero);
        Assert.That(bench.Json.GetProperty("lifted").GetBoolean(), Is.True);
        Assert.That(bench.Broker.Requests<LiftFenceRequest>().Single(), Is.EqualTo(new LiftFenceRequest { FenceId = "fnc_1", Reason = "contained" }));
    }

    [Test]
    public async Task FenceLift_NeedsASecond_SaysSoAndIsNotDone()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.NeedsSecond = true;
        Assert.That(await bench.RunAsync("fence", "lift", "fnc_1", "--reason", "contained"), Is.EqualTo(1));
        Assert.That(bench.Error, Does.StartWith("pending: ").And.Contain("second responder"));
        Assert.That(bench.Out, Does.Match(@"lifted:\s+no"));
    }

    [Test]
    public async Task QuarantineListAndRelease_ShowTheTaskAndLetItGo()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Quarantines.Add(new Quarantine { TaskId = "tsk_1", Tenant = "payments", Workload = "spiffe://acme.test/agent/a", Refusals = 5, LastReason = "POLICY_DENIED" });
        Assert.That(await bench.RunAsync("quarantine", "list"), Is.Zero);
        Assert.That(bench.Out, Does.Contain("tsk_1").And.Contain("POLICY_DENIED"));
        Assert.That(await bench.RunAsync("quarantine", "release", "tsk_1", "--reason", "a wrong template name", "-o", "json"), Is.Zero);
        Assert.That(bench.Json.GetProperty("released").GetBoolean(), Is.True);
        Assert.That(
            bench.Broker.Requests<ReleaseQuarantineRequest>().Single(), Is.EqualTo(new ReleaseQuarantineRequest { TaskId = "tsk_1", Reason = "a wrong template name" }));
    }

    [Test]
    public async Task LeaseListAndShow_AsOperator_SeeAllTasksLeases()
    {
        await using var bench = await IssuedAsync();
        await bench.RunAsync("lease", "list", "--state", "active", "--template", "orders-api", "--limit", "1");
        Assert.That(bench.Out, Does.Contain("WORKLOAD").And.Contain("spiffe://acme.test/agent/quickstart"));
        Assert.That(bench.Error, Does.Contain("more than 1"));
        Assert.That(bench.Broker.Requests<ListLeasesRequest>().Single().Selector.Template, Is.EqualTo("orders-api"));
        await bench.RunAsync("lease", "list", "-o", "json");
        Assert.That(bench.Json.GetProperty("leases").GetArrayLength(), Is.EqualTo(3), "over all pages");
        var id = bench.Json.GetProperty("leases")[0].GetProperty("id").GetString()!;
        Assert.That(await bench.RunAsync("lease", "show", id), Is.Zero);
        Assert.That(bench.Out, Does.Contain(id).And.Match(@"backend:\s+token"));
        Assert.That(bench.Broker.Calls[^1].Authorization, Is.EqualTo("Bearer op-alice"));
    }

    [Test]
    public async Task LeaseList_SelectorsWithoutAnOperatorToken_IsUsage()
    {
        await using var bench = await CliBench.StartAsync();
        await bench.RunAsync("task", "open", "--purpose", "p");
        Assert.That(await bench.RunAsync("lease", "list", "--template", "orders-api"), Is.EqualTo(2));
        Assert.That(bench.Error, Does.Contain("CREDBROKER_OPERATOR_TOKEN_FILE"));
    }

    [Test]
    public async Task LeaseRevoke_Always_IsAnOrderForThatLeaseAlone()
    {
        await using var bench = await IssuedAsync();
        await bench.RunAsync("lease", "list", "-o", "json");
        var id = bench.Json.GetProperty("leases")[0].GetProperty("id").GetString()!;
        bench.Broker.Orders.Match(1);
        bench.Broker.Orders.EndWith(dead: 1);
        Assert.That(await bench.RunAsync("lease", "revoke", id, "--reason", "odd", "--yes"), Is.Zero);
        Assert.That(bench.Broker.Requests<RevokeRequest>().Single().Selectors.Single(), Is.EqualTo(new LeaseSelector { LeaseId = id }));
    }

    [Test]
    public async Task LeaseRevoke_UnknownLease_OrdersNothing()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        Assert.That(await bench.RunAsync("lease", "revoke", "lse_unknown", "--reason", "odd", "--yes"), Is.EqualTo(1));
        Assert.That(bench.Error, Does.StartWith("refused: LEASE_NOT_FOUND"));
        Assert.That(bench.Broker.Calls.Select(c => c.Method), Is.EqualTo(["GetLease"]));
    }

    [Test]
    public async Task TaskListShowAndEnd_AsOperator_ReachAnotherTask()
    {
        await using var bench = await IssuedAsync();
        await bench.RunAsync("task", "list", "--state", "open", "-o", "json");
        var id = bench.Json.GetProperty("tasks")[0].GetProperty("id").GetString()!;
        Assert.That(
            bench.Json.GetProperty("tasks")[0].EnumerateObject().Select(m => m.Name),
            Is.EqualTo([
                "id", "task_ref", "parent_id", "subject", "tenant", "purpose", "intent", "state", "opened_at", "deadline", "heartbeat_deadline",
                "ended_at", "end_reason", "outcome"]));
        Assert.That(await bench.RunAsync("task", "show", id), Is.Zero);
        Assert.That(bench.Out, Does.Match(@"purpose:\s+reconcile").And.Match(@"state:\s+Open"));
        Assert.That(await bench.RunAsync("task", "end", id), Is.Zero);
        Assert.That(bench.Out, Does.Match(@"confirmed dead:\s+3"));
        var end = bench.Broker.Requests<EndTaskRequest>().Single();
        Assert.That((end.TaskId, end.Outcome), Is.EqualTo((id, "ended by an operator")));
        await bench.RunAsync("task", "list", "--state", "open");
        Assert.That(bench.Out, Does.Not.Contain(id));
    }

    [Test]
    public async Task DeadLetters_ListedAndRetried_OneOrAll()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        foreach (var id in new[] { "lse_1", "lse_2" })
            bench.Broker.Orders.DeadLetters.Add(new DeadLetter
            {
                Lease = new Lease { Id = id, Template = "orders-db", Backend = "vault", State = LeaseState.Irrevocable },
                Attempts = 10,
                LastError = "The backend would not revoke it.",
            });
        await bench.RunAsync("deadletter", "list");
        Assert.That(bench.Out, Does.Match(@"lse_2\s+orders-db\s+vault\s+10\s+The backend would not"));
        Assert.That(await bench.RunAsync("deadletter", "retry", "lse_2"), Is.Zero);
        Assert.That(await bench.RunAsync("deadletter", "retry", "--all", "-o", "json"), Is.Zero);
        Assert.That(bench.Json.GetProperty("leases").GetArrayLength(), Is.EqualTo(2));
        Assert.That(bench.Broker.Requests<RetryDeadLetterRequest>().Select(r => r.LeaseId), Is.EqualTo(["lse_2", "lse_1", "lse_2"]));
        Assert.That(await bench.RunAsync("deadletter", "retry"), Is.EqualTo(2));
        Assert.That(await bench.RunAsync("deadletter", "retry", "lse_1", "--all"), Is.EqualTo(2));
    }

    [Test]
    public async Task KeysRotate_Routine_NeedsNoConfirmation()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        Assert.That(await bench.RunAsync("keys", "rotate", "--reason", "routine", "-o", "json"), Is.Zero);
        Assert.That(bench.Json.GetProperty("key_id").GetString(), Is.EqualTo("key-2"));
        Assert.That(bench.Broker.Requests<RotateSigningKeyRequest>().Single(), Is.EqualTo(new RotateSigningKeyRequest { Reason = "routine" }));
    }

    [TestCase("y", 0), TestCase("n", 5)]
    public async Task KeysRotate_Emergency_AsksFirst(string typed, int expected)
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        Assert.That(await bench.RunAsync("keys", "rotate", "--reason", "leak", "--emergency"), Is.EqualTo(2), "nobody to ask");
        bench.Typing(typed);
        Assert.That(await bench.RunAsync("keys", "rotate", "--reason", "leak", "--emergency"), Is.EqualTo(expected));
        Assert.That(bench.Broker.Requests<RotateSigningKeyRequest>().Select(r => r.Emergency), Is.EqualTo(expected == 0 ? new[] { true } : []));
    }

    [Test]
    public async Task ClockReset_Always_PrintsTheStoresTime()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        Assert.That(await bench.RunAsync("clock", "reset", "--reason", "NTP mended"), Is.Zero);
        Assert.That(bench.Out, Does.Contain("1970-01-01 00:00:00Z"));
        Assert.That(bench.Broker.Requests<ResetClockRequest>().Single().Reason, Is.EqualTo("NTP mended"));
    }

    [Test]
    public async Task PolicyTightenPreview_Always_TellsWhatWouldGo()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Radius = new BlastRadius { Total = 2, ByTemplate = { ["orders-api"] = 2 }, SampleLeaseIds = { "lse_1" } };

        Assert.That(await bench.RunAsync("policy", "tighten", "preview"), Is.Zero);

        Assert.That(bench.Out, Does.Contain("of 5 live leases 2 no longer permitted, 1 undecided; set v1.v2").And.Contain("orders-api").And.Contain("lse_1"));
        Assert.That(bench.Broker.Requests<ApplyTighteningRequest>(), Is.Empty);
    }

    [Test]
    public async Task PolicyTightenApply_CountGivenBack_OrdersWhatWasShown()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Radius = new BlastRadius { Total = 400 };

        Assert.That(await bench.RunAsync("policy", "tighten", "apply", "--reason", "orders are closed", "--confirm-count", "400", "-o", "json"), Is.Zero);

        var request = bench.Broker.Requests<ApplyTighteningRequest>().Single();
        Assert.That((request.Version, request.Reason, request.ConfirmCount), Is.EqualTo(("v1.v2", "orders are closed", 400L)));
        Assert.That(bench.Out, Does.Contain("\"ordered\":true"));
    }

    [TestCase("400", "--yes"), TestCase("400", "--confirm-count", "399"), TestCase("2")]
    public async Task PolicyTightenApply_NotConfirmed_OrdersNothing(string total, params string[] options)
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Radius = new BlastRadius { Total = long.Parse(total, System.Globalization.CultureInfo.InvariantCulture) };

        var code = await bench.RunAsync(["policy", "tighten", "apply", "--reason", "drill", .. options]);

        Assert.That(code, Is.EqualTo(options.Contains("--confirm-count") ? 5 : 2));
        Assert.That(bench.Broker.Requests<ApplyTighteningRequest>(), Is.Empty);
    }

    [Test]
    public async Task PolicyTightenApply_NothingToRevoke_OrdersNothing()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Radius = new BlastRadius();

        Assert.That(await bench.RunAsync("policy", "tighten", "apply", "--reason", "drill"), Is.Zero);

        Assert.That(bench.Broker.Requests<ApplyTighteningRequest>(), Is.Empty);
    }

    [Test]
    public async Task QuarantineRelease_AWorkload_IsNamedWithItsTenant()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();

        Assert.That(await bench.RunAsync("quarantine", "release", "--workload", "spiffe://acme.test/a", "--tenant", "payments", "--reason", "mended"), Is.Zero);

        var request = bench.Broker.Requests<ReleaseQuarantineRequest>().Single();
        Assert.That((request.TaskId, request.Tenant, request.Workload, request.Reason), Is.EqualTo(("", "payments", "spiffe://acme.test/a", "mended")));
    }

    [TestCase(), TestCase("tsk_1", "--workload", "w", "--tenant", "t"), TestCase("--workload", "w"), TestCase("tsk_1", "--tenant", "t")]
    public async Task QuarantineRelease_NeitherATaskNorAWorkload_IsAWrongCall(params string[] named)
    {
        await using var bench = await CliBench.StartAsOperatorAsync();

        Assert.That(await bench.RunAsync(["quarantine", "release", .. named, "--reason", "r"]), Is.EqualTo(2));
        Assert.That(bench.Broker.Requests<ReleaseQuarantineRequest>(), Is.Empty);
    }

    private static async Task<CliBench> IssuedAsync()
    {
        var bench = await CliBench.StartAsync();
        await bench.RunAsync("task", "open", "--purpose", "reconcile");
        for (var i = 0; i < 3; i++) await bench.RunAsync("issue", "--template", "orders-api");
        bench.SignIn();
        return bench;
    }
}
