using CredBroker.Protocol.V1;

namespace CredBroker.Tests.Cli;

/// <summary>What approvers do.</summary>
[TestFixture, Category("Unit")]
public sealed class ApprovalCommandTests
{
    [Test]
    public async Task List_OfAState_SaysWhatIsAskedForByWhomAndWhoHasToAgree()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        Assert.That(await bench.RunAsync("approvals", "list", "--state", "pending"), Is.Zero);
        Assert.That(bench.Out, Does.Contain("apr_1").And.Contain("apr_2").And.Contain("write by template ledger").And.Contain("2 of owners"));
        Assert.That(bench.Broker.Requests<ListApprovalsRequest>()[0].State, Is.EqualTo(ApprovalRequest.Types.State.Pending));
        await bench.RunAsync("approvals", "list", "-o", "json");
        Assert.That(bench.Json.GetProperty("approvals")[0].GetProperty("needs").GetProperty("owners").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public async Task Approve_MoreAreNeeded_SaysSo()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        Assert.That(await bench.RunAsync("approvals", "approve", "apr_1", "--reason", "checked"), Is.Zero);
        Assert.That(bench.Out, Does.Match(@"approved by:\s+ann"));
        Assert.That(bench.Error, Does.StartWith("pending: more people"));
        Assert.That(
            bench.Broker.Requests<DecideRequest>().Single(), Is.EqualTo(new DecideRequest { ApprovalId = "apr_1", Approve = true, Reason = "checked" }));
    }

    [Test]
    public async Task Deny_Always_NeedsAReason()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        Assert.That(await bench.RunAsync("approvals", "deny", "apr_1"), Is.EqualTo(2));
        Assert.That(await bench.RunAsync("approvals", "deny", "apr_1", "--reason", "not now", "-o", "json"), Is.Zero);
        Assert.That(bench.Json.GetProperty("state").GetString(), Is.EqualTo("DENIED"));
        Assert.That(bench.Broker.Requests<DecideRequest>().Single().Approve, Is.False);
    }
}
