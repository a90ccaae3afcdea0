using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Revocation;
using CredBroker.Testing.Broker;
using Grpc.Core;

namespace CredBroker.Server.Tests.Faults;

/// <summary>A mass revocation of what another system has made: brokers die over it, the backend is away, and the order says no more than what is so.</summary>
[TestFixture, Category("Fault")]
internal sealed class OrderFaultTests
{
    private const int Tasks = 8;
    private const int SecretsEach = 4;
    private const int TokensEach = 2;
    private static readonly LeaseSelector[] Everything = [new() { Template = "scripted" }, new() { Template = "orders-api" }];

    private CrashBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await CrashBench.StartAsync();

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
    }

    [TestCase("before-revoke"), TestCase("after-revoke"), TestCase("after-revoke#3"), TestCase("after-page"), TestCase("after-page#5")]
    public async Task Order_BrokerDiesOnTheWay_CountsAreThoseOfAllLeases(string fault)
    {
        await (await IssueAsync()).KillAsync();
        _bench.Service.IsDown = true;
        var orderId = await OrderAndDieAsync(await _bench.StartBrokerAsync(fault));

        var responder = new Responder(_bench.Site, await _bench.StartBrokerAsync());

        var order = await responder.UntilAsync(orderId, order => order.State == RevocationOrder.Types.State.Done);
        Assert.That(Counts(order), Is.EqualTo((Fenced: (long)Tasks * (SecretsEach + TokensEach), Dead: (long)Tasks * TokensEach, Confirmed: 0L, Unconfirmed: (long)Tasks * SecretsEach)));
        Assert.That(_bench.Service.Credentials, Has.Count.EqualTo(Tasks * SecretsEach));

        _bench.Service.IsDown = false;
        order = await responder.WatchAsync(orderId);
        Assert.That(Counts(order), Is.EqualTo((Fenced: (long)Tasks * (SecretsEach + TokensEach), Dead: (long)Tasks * TokensEach, Confirmed: (long)Tasks * SecretsEach, Unconfirmed: 0L)));
        Assert.That(_bench.Service.Credentials, Is.Empty);
    }

    [Test]
    public async Task Order_TwoBrokers_CountsAreThoseOfAllLeases()
    {
        var first = await IssueAsync();
        using var site = new BrokerSite(_bench.Site.Settings["Storage:Redis:ConnectionString"]);
        await using var second = await BrokerProcess.StartAsync(site, "CredBroker.TestHost.dll", _bench.Service.Environment);
        var responder = new Responder(_bench.Site, first);
        await responder.PreviewAsync(Everything);

        var order = await responder.WatchAsync((await responder.RevokeAsync(0, Everything)).Id);

        Assert.That(Counts(order), Is.EqualTo((Fenced: (long)Tasks * (SecretsEach + TokensEach), Dead: (long)Tasks * TokensEach, Confirmed: (long)Tasks * SecretsEach, Unconfirmed: 0L)));
        Assert.That(_bench.Service.Credentials, Is.Empty);
        Assert.That((await responder.PreviewAsync(Everything)).Total, Is.Zero);
    }

    [Test]
    public async Task Order_AnotherWaitsForItsBackend_DoesNotWaitForThat()
    {
        var broker = await IssueAsync();
        var responder = new Responder(_bench.Site, broker);
        _bench.Service.IsDown = true;
        await responder.PreviewAsync(Everything[0]);
        var waiting = await responder.RevokeAsync(0, Everything[0]);
        await responder.UntilAsync(waiting.Id, order => order.State == RevocationOrder.Types.State.Done);

        await responder.PreviewAsync(Everything[1]);
        var order = await responder.WatchAsync((await responder.RevokeAsync(0, Everything[1])).Id);

        Assert.That(order.Dead, Is.EqualTo(Tasks * TokensEach));
        Assert.That((await responder.GetAsync(waiting.Id)).Unconfirmed, Is.EqualTo(Tasks * SecretsEach));
    }

    [Test]
    public async Task Watch_BrokerIsStopped_EndsAndHoldsNobodyUp()
    {
        var broker = await IssueAsync();
        var responder = new Responder(_bench.Site, broker);
        _bench.Service.IsDown = true;
        await responder.PreviewAsync(Everything);
        var order = await responder.RevokeAsync(0, Everything);
        await responder.UntilAsync(order.Id, seen => seen.State == RevocationOrder.Types.State.Done);
        using var watch = responder.Calls.WatchOrder(new WatchOrderRequest { OrderId = order.Id }, responder.Auth, DateTime.MaxValue);
        Assert.That(await watch.ResponseStream.MoveNext(), Is.True);
        var start = TimeProvider.System.GetTimestamp();

        Assert.That(await broker.StopAsync(), Is.Zero, broker.Output);

        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(8)));
        Assert.That(await watch.ResponseStream.MoveNext(), Is.False, "the stream has ended well");
    }

    private static (long Fenced, long Dead, long Confirmed, long Unconfirmed) Counts(RevocationOrder order) =>
        (order.Fenced, order.Dead, order.Confirmed, order.Unconfirmed);

    private async Task<BrokerProcess> IssueAsync()
    {
        var broker = await _bench.StartBrokerAsync();
        for (var number = 0; number < Tasks; number++)
        {
            var task = await broker.Calls.OpenAsync();
            for (var lease = 0; lease < SecretsEach; lease++) await task.IssueAsync("scripted", TimeSpan.FromMinutes(10));
            for (var lease = 0; lease < TokensEach; lease++) await task.IssueAsync(ttl: TimeSpan.FromMinutes(10));
        }

        return broker;
    }

    private async Task<string> OrderAndDieAsync(BrokerProcess broker)
    {
        var responder = new Responder(_bench.Site, broker);
        Assert.That((await responder.PreviewAsync(Everything)).Total, Is.EqualTo(Tasks * (SecretsEach + TokensEach)));
        try
        {
            await responder.RevokeAsync(0, Everything);
        }
        catch (RpcException lost)
        {
            Assert.That(lost.StatusCode, Is.EqualTo(StatusCode.Unavailable).Or.EqualTo(StatusCode.Internal), lost.Status.Detail);
        }

        Assert.That(await broker.WaitForEndAsync(), Is.EqualTo(128 + 9), broker.Output);
        // The answer may be lost with the broker; the order is not.
        return (await _bench.CommandAsync("SMEMBERS", "cb:{meta}:orders")).Trim();
    }
}
