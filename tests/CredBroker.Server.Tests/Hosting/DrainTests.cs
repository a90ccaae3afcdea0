using System.Net;
using System.Net.Sockets;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace CredBroker.Server.Tests.Hosting;

/// <summary>A broker that is told to stop says so before it does, and serves until those who send callers to it have heard.</summary>
[TestFixture, Category("Fault"), Parallelizable(ParallelScope.Self)]
internal sealed class DrainTests
{
    [Test]
    public async Task Terminated_WithADelay_NotReadyAndStillServes()
    {
        await using var redis = await OwnRedis.StartAsync();
        using var site = new BrokerSite(redis.ConnectionString);
        // It is not waited out: what is asked below comes well within it, and then the broker is killed.
        site.Settings["Listen:DrainDelay"] = "00:01:00";
        await using var broker = await BrokerProcess.StartAsync(site);
        var health = new Health.HealthClient(broker.Calls.Channel);
        Assert.That((await health.CheckAsync(new HealthCheckRequest())).Status, Is.EqualTo(ServingStatus.Serving));
        var task = await broker.Calls.OpenAsync();

        broker.Terminate();

        await Eventually.IsTrueAsync(async () => await StatusAsync(broker, "/readyz") == HttpStatusCode.ServiceUnavailable, "it says that it is not ready");
        Assert.That((await health.CheckAsync(new HealthCheckRequest())).Status, Is.EqualTo(ServingStatus.NotServing));
        Assert.That(await StatusAsync(broker, "/livez"), Is.EqualTo(HttpStatusCode.OK), "it is not to be killed for that");
        Assert.That((await task.IssueAsync()).Lease.Id, Is.Not.Empty);
        using var beats = broker.Calls.Tasks.KeepAlive(task.Auth);
        await beats.RequestStream.WriteAsync(new());
        Assert.That(await beats.ResponseStream.MoveNext(), Is.True, "a stream begins as ever");
    }

    [Test]
    public async Task Terminated_ConnectionThatAskedNothing_CutOffWithoutAWord()
    {
        await using var redis = await OwnRedis.StartAsync();
        using var site = new BrokerSite(redis.ConnectionString);
        await using var broker = await BrokerProcess.StartAsync(site);
        await broker.Calls.OpenAsync();
        using var idle = new TcpClient();
        var endpoint = site.ReadEndpoints()["grpc"];
        await idle.ConnectAsync(endpoint.Host, endpoint.Port);

        var stopped = broker.StopAsync();
        var first = new byte[1];

        // A frame would be taken for the answer to a call that is then made by it, and end that as INTERNAL.
        Assert.That(() => idle.GetStream().ReadAsync(first).AsTask(), Throws.InstanceOf<IOException>().With.InnerException.InstanceOf<SocketException>());
        Assert.That(await stopped, Is.Zero);
    }

    private static async Task<HttpStatusCode> StatusAsync(BrokerProcess broker, string path)
    {
        using var answer = await broker.Calls.Http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }
}
