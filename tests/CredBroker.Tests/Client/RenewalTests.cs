using CredBroker.Client;
using CredBroker.Testing.Broker;
using Grpc.Core;

namespace CredBroker.Tests.Client;

[TestFixture, Category("Unit")]
public sealed class RenewalTests
{
    [Test]
    public async Task Renewal_AtTwoThirdsOfTheLife_ReplacesTheTokenInTheSameLease()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        var (lease, first) = (credential.LeaseId, credential.Token);
        bench.Time.Advance(TimeSpan.FromSeconds(79));
        await bench.Client.GetStatusAsync();
        Assert.That(bench.CountOf("Renew"), Is.Zero);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => credential.Token != first);
        Assert.Multiple(() =>
        {
            Assert.That(credential.LeaseId, Is.EqualTo(lease));
            Assert.That(credential.ExpiresAt, Is.EqualTo(bench.Time.GetUtcNow() + TimeSpan.FromMinutes(2)));
            Assert.That(bench.CountOf("Issue"), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Renewal_OfASecret_MovesItsEndAndKeepsItsValue()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-db");
        var (password, end) = (credential.Secret["password"], credential.ExpiresAt);
        bench.Time.Advance(TimeSpan.FromSeconds(80));
        await Until.TrueAsync(() => credential.ExpiresAt > end);
        Assert.That(credential.Secret["password"], Is.EqualTo(password));
    }

    [Test]
    public async Task Renewal_AtTheHardMaximum_IssuesANewLease()
    {
        await using var bench = await BrokerBench.StartAsync();
        bench.Broker.Ledger.MaxLife = TimeSpan.FromMinutes(2);
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        var lease = credential.LeaseId;
        bench.Time.Advance(TimeSpan.FromSeconds(80));
        await Until.TrueAsync(() => credential.LeaseId != lease);
        Assert.That(bench.CountOf("Renew"), Is.EqualTo(1));
        Assert.That(bench.Broker.Ledger.IsLive(credential.Token), Is.True);
    }

    [Test]
    public async Task Renewal_OfALeaseThatCannot_IssuesWithoutAsking()
    {
        await using var bench = await BrokerBench.StartAsync();
        bench.Broker.Ledger.Renewable = false;
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        var lease = credential.LeaseId;
        bench.Time.Advance(TimeSpan.FromSeconds(80));
        await Until.TrueAsync(() => credential.LeaseId != lease);
        Assert.That(bench.CountOf("Renew"), Is.Zero);
    }

    [Test]
    public async Task Renewal_BrokerOutOfOrder_IsTriedUntilItWorks()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        var first = credential.Token;
        bench.Broker.FailNext("Renew", new RpcException(new Status(StatusCode.Internal, "")), 3);
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(1), () => credential.Token != first);
        Assert.That(bench.CountOf("Renew"), Is.EqualTo(4));
        Assert.That(bench.Broker.Ledger.IsLive(credential.Token), Is.True);
    }

    [Test]
    public async Task Renewal_Denied_IsNotAskedAgainInTheBackground()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        bench.Broker.FailNext("Renew", Refusal.Of(StatusCode.PermissionDenied, "POLICY_DENIED", "Not any more."), 10);
        bench.Time.Advance(TimeSpan.FromSeconds(80));
        await Until.TrueAsync(() => bench.CountOf("Renew") == 1);
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(1), () => bench.Time.GetUtcNow() >= credential.ExpiresAt);
        Assert.That(bench.CountOf("Renew"), Is.EqualTo(1));
        var refused = (await Assert.ThrowsAsync<BrokerRefusedException>(async () => await credential.GetTokenAsync()))!;
        Assert.That(refused.Reason, Is.EqualTo("POLICY_DENIED"));
    }

    [Test]
    public async Task Renewal_AfterTheTaskEnded_Stops()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        await task.EndAsync();
        bench.Time.Advance(TimeSpan.FromMinutes(5));
        await bench.Client.GetStatusAsync();
        Assert.That(bench.CountOf("Renew"), Is.Zero);
        var over = (await Assert.ThrowsAsync<BrokerRefusedException>(async () => await credential.GetTokenAsync()))!;
        Assert.That(over.Reason, Is.EqualTo("TASK_ENDED"));
    }

    [Test]
    public async Task Renewal_SwitchedOff_LetsTheCredentialDie()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync(new CredentialRequest("orders-api") { Ttl = TimeSpan.FromSeconds(3), AutoRenew = false });
        Assert.That(await credential.GetTokenAsync(), Is.EqualTo(credential.Token));
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await credential.GetTokenAsync());
        Assert.That(bench.CountOf("Renew"), Is.Zero);
        var lease = await task.GetLeaseAsync(credential.LeaseId);
        Assert.That(lease.State, Is.EqualTo(LeaseState.Revoked));
        Assert.That(lease.EndReason, Is.EqualTo(CredBroker.Client.EndReason.Expired));
    }

    [TestCase(-45), TestCase(45)]
    public async Task Renewal_BrokersClockDiffers_CountsFromTheLifeAndNotFromTheClock(int seconds)
    {
        await using var bench = await BrokerBench.StartAsync();
        bench.Broker.Ledger.ClockAhead = TimeSpan.FromSeconds(seconds);
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        bench.Time.Advance(TimeSpan.FromSeconds(79));
        await bench.Client.GetStatusAsync();
        Assert.That(bench.CountOf("Renew"), Is.Zero);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => bench.CountOf("Renew") == 1);
        Assert.That(await credential.GetTokenAsync(), Is.Not.Empty);
    }
}
