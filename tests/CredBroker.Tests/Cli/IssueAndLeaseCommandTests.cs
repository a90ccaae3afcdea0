using CredBroker.Protocol.V1;
using Google.Protobuf.WellKnownTypes;

namespace CredBroker.Tests.Cli;

[TestFixture, Category("Unit")]
public sealed class IssueAndLeaseCommandTests
{
    [Test]
    public async Task Issue_OfAToken_PrintsItAndLeavesItAlive()
    {
        await using var bench = await OpenedAsync();
        var code = await bench.RunAsync("issue", "--template", "orders-api", "--capability", "read", "--capability", "write", "--ttl", "30s", "-o", "json");
        var request = bench.Broker.Requests<IssueRequest>().Single();
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero);
            Assert.That(bench.Broker.Ledger.IsLive(bench.Json.GetProperty("token").GetString()!), Is.True);
            Assert.That(
                bench.Json.EnumerateObject().Select(m => m.Name),
                Is.EqualTo(["lease_id", "template", "expires_at", "revocability", "token", "token_type", "audience", "scope", "secret"]));
            Assert.That(request.Capabilities, Is.EqualTo([Capability.Read, Capability.Write]));
            Assert.That(request.Ttl.ToTimeSpan(), Is.EqualTo(TimeSpan.FromSeconds(30)));
        });
    }

    [Test]
    public async Task Issue_OfASecret_PrintsItsParts()
    {
        await using var bench = await OpenedAsync();
        await bench.RunAsync("issue", "--template", "orders-db");
        Assert.That(bench.Out, Does.Match(@"username:\s+u-1").And.Match(@"password:\s+fake-1-"));
    }

    [Test]
    public async Task Issue_NeedsPeople_SaysHowToComeBack()
    {
        await using var bench = await OpenedAsync();
        bench.Broker.Script<IssueRequest, IssueResponse>(_ => Task.FromResult(new IssueResponse
        {
            PendingApproval = new IssueResponse.Types.PendingApproval { ApprovalId = "apr_1", Groups = { "oncall" }, LapsesAt = new Timestamp() },
        }));
        var code = await bench.RunAsync("issue", "--template", "orders-api");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(bench.Error, Does.StartWith("pending: ").And.Contain("oncall").And.Contain("--approval apr_1"));
    }

    [Test]
    public async Task LeaseList_AsTableAndAsJson_HasThemAll()
    {
        await using var bench = await OpenedAsync();
        for (var i = 0; i < 3; i++) await bench.RunAsync("issue", "--template", "orders-api");
        await bench.RunAsync("lease", "list");
        var lines = bench.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(4));
        Assert.That(lines[0], Does.Contain("LEASE").And.Contain("STATE"));
        Assert.That(lines[1], Does.Contain("lse_").And.Contain("orders-api").And.Contain("Active"));
        await bench.RunAsync("lease", "list", "--state", "revoked", "--output", "json");
        Assert.That(bench.Json.GetProperty("leases").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task LeaseShow_AsJson_HasStableMembersAndNoSecret()
    {
        await using var bench = await OpenedAsync();
        await bench.RunAsync("issue", "--template", "orders-api", "-o", "json");
        var (lease, token) = (bench.Json.GetProperty("lease_id").GetString()!, bench.Json.GetProperty("token").GetString()!);
        await bench.RunAsync("lease", "show", lease, "-o", "json");
        Assert.That(bench.Out, Does.Not.Contain(token));
        Assert.That(
            bench.Json.EnumerateObject().Select(m => m.Name),
            Is.EqualTo([
                "id", "task_id", "template", "target", "capabilities", "state", "end_reason", "issued_at", "expires_at", "max_expires_at",
                "renewable", "revocability", "confirmed_at", "workload", "backend", "policy_version"]));
        Assert.That(bench.Json.GetProperty("state").GetString(), Is.EqualTo("ACTIVE"));
    }

    [Test]
    public async Task LeaseShow_Unknown_IsRefused()
    {
        await using var bench = await OpenedAsync();
        Assert.That(await bench.RunAsync("lease", "show", "lse_unknown"), Is.EqualTo(1));
        Assert.That(bench.Error, Does.StartWith("refused: LEASE_NOT_FOUND: "));
    }

    private static async Task<CliBench> OpenedAsync()
    {
        var bench = await CliBench.StartAsync();
        await bench.RunAsync("task", "open", "--purpose", "p");
        return bench;
    }
}
