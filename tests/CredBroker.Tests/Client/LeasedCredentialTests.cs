using System.Text.Json;
using CredBroker.Protocol.V1;

namespace CredBroker.Tests.Client;

[TestFixture, Category("Unit")]
public sealed class LeasedCredentialTests
{
    [Test]
    public async Task Replace_OfTheCurrentToken_ReleasesAndIssuesAnew()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        var (lease, refused) = (credential.LeaseId, credential.Token);
        var fresh = await credential.ReplaceAsync(refused);
        Assert.Multiple(() =>
        {
            Assert.That(fresh, Is.Not.EqualTo(refused));
            Assert.That(bench.Broker.Ledger.IsLive(fresh), Is.True);
            Assert.That(bench.Broker.Requests<ReleaseRequest>().Single().LeaseId, Is.EqualTo(lease));
        });
    }

    [Test]
    public async Task Replace_OfATokenThatIsGone_GivesTheCurrentOne()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        Assert.That(await credential.ReplaceAsync("an-older-one"), Is.EqualTo(credential.Token));
        Assert.That(bench.CountOf("Issue"), Is.EqualTo(1));
    }

    [Test]
    public async Task Replace_AgainAtOnce_KeepsWhatItHas()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        var second = await credential.ReplaceAsync(credential.Token);
        Assert.That(await credential.ReplaceAsync(second), Is.EqualTo(second));
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(await credential.ReplaceAsync(second), Is.Not.EqualTo(second));
    }

    [Test]
    public async Task Dispose_Always_GivesTheCredentialBackOnce()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        await credential.DisposeAsync();
        await credential.DisposeAsync();
        credential.StopRenewing();
        Assert.That(bench.CountOf("Release"), Is.EqualTo(1));
        Assert.That(bench.Broker.Ledger.IsLive(credential.Token), Is.False);
        bench.Time.Advance(TimeSpan.FromMinutes(5));
        await bench.Client.GetStatusAsync();
        Assert.That(bench.CountOf("Renew"), Is.Zero);
    }

    [Test]
    public async Task Dispose_AfterTheTaskEnded_AsksNothing()
    {
        await using var bench = await BrokerBench.StartAsync();
        var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        await task.DisposeAsync();
        await credential.DisposeAsync();
        Assert.That(bench.CountOf("Release"), Is.Zero);
    }

    [Test]
    public async Task Credential_PrintedOrSerialised_KeepsItsSecret()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        Assert.Multiple(() =>
        {
            Assert.That(credential.ToString(), Does.Not.Contain(credential.Token).And.Contain(credential.LeaseId));
            Assert.That(task.ToString(), Does.Not.Contain("cbt_"));
            Assert.That(() => JsonSerializer.Serialize(new { credential }), Throws.InstanceOf<NotSupportedException>());
            Assert.That(() => JsonSerializer.Serialize(new { task }), Throws.InstanceOf<NotSupportedException>());
        });
    }
}
