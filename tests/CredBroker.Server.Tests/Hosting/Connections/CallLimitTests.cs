using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Faults;
using CredBroker.Testing.Broker;
using Google.Rpc;
using Grpc.Core;

namespace CredBroker.Server.Tests.Hosting.Connections;

/// <summary>A workload that asks for too much is told so, with when to come back; others are not, and what ends credentials always works.</summary>
[TestFixture, Category("Server")]
internal sealed class CallLimitTests
{
    private const int Burst = 5;
    private BrokerSite _site = null!;
    private InProcessBroker _broker = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _site = new BrokerSite($"{(await SharedBroker.GetRedisAsync()).ConnectionString},defaultDatabase=6");
        _site.Settings["Limits:PerWorkload"] = "1";
        _site.Settings["Limits:PerWorkloadBurst"] = $"{Burst}";
        _site.Settings["Limits:WatchesPerWorkload"] = "1";
        _broker = await InProcessBroker.StartAsync(_site, _ => { });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _site?.Dispose();
    }

    [Test]
    public async Task Issue_TooOften_RefusedWithWhenToComeBack()
    {
        var task = await _broker.Calls.OpenAsync();

        var refusal = await ExhaustAsync(task);

        var wait = refusal.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan();
        Assert.That(wait, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(TimeSpan.FromSeconds(1)));
        Assert.That((await (await _broker.Calls.OpenAsync()).IssueAsync()).Lease.Id, Is.Not.Empty, "another workload is not meant");
    }

    [Test]
    public async Task Exhausted_EndingAndHeartbeats_Work()
    {
        var task = await _broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync()).Lease.Id;
        await ExhaustAsync(task);

        for (var number = 0; number < 3 * Burst; number++)
            await _broker.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = lease }, task.Auth);
        await _broker.Calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), task.Auth);
        Assert.That((await task.EndAsync()).Pending, Is.Zero);
    }

    [Test]
    public async Task Heartbeats_TooOften_RefusedToo()
    {
        var task = await _broker.Calls.OpenAsync();

        await Refused.WithAsync(StatusCode.ResourceExhausted, "RATE_LIMITED", async () =>
        {
            for (var number = 0; number < 1_000; number++) await _broker.Calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), task.Auth);
        });
    }

    [Test]
    public async Task Streams_TooMany_RefusedUntilOneIsClosed()
    {
        var task = await _broker.Calls.OpenAsync();
        await task.IssueAsync();
        using var first = _broker.Calls.Tasks.KeepAlive(task.Auth);
        await first.RequestStream.WriteAsync(new KeepAliveRequest());
        await first.ResponseStream.MoveNext(CancellationToken.None);

        using var second = _broker.Calls.Tasks.KeepAlive(task.Auth);

        await Refused.WithAsync(StatusCode.ResourceExhausted, "RATE_LIMITED", () => second.ResponseStream.MoveNext(CancellationToken.None));
        await first.RequestStream.CompleteAsync();
        Assert.That(await first.ResponseStream.MoveNext(CancellationToken.None), Is.False);
        using var third = _broker.Calls.Tasks.KeepAlive(task.Auth);
        await third.RequestStream.WriteAsync(new KeepAliveRequest());
        Assert.That(await third.ResponseStream.MoveNext(CancellationToken.None), Is.True);
    }

    private static Task<RpcException> ExhaustAsync(OpenedTask task) => Refused.WithAsync(StatusCode.ResourceExhausted, "RATE_LIMITED", async () =>
    {
        for (var number = 0; number < 1_000; number++) await task.IssueAsync();
    });
}
