using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Replicas;
using CredBroker.Testing.Stores;
using CredBroker.Testing.Verification;
using Grpc.Core;
using Grpc.Health.V1;

namespace CredBroker.Server.Tests.Hosting.Connections;

/// <summary>Whatever one client floods the broker with, others are served: none of their calls fails, and the broker's memory stays bounded.</summary>
[TestFixture, Category("Fault"), Parallelizable(ParallelScope.Self)]
internal sealed class FloodTests
{
    private const int Rate = 40;
    private const int Few = 20;
    private const string EndlessHeaders = "GET /livez HTTP/1.1\r\nHost: broker\r\nX-Slow: ";
    private const string EndlessBody = "POST /v1/tasks HTTP/1.1\r\nHost: broker\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{\"intent\":\"";
    private const long Growth = 300L * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private RedisServerProcess _redis = null!;
    private BrokerSite _site = null!;
    private BrokerProcess _broker = null!;
    private LoadedAgent[] _agents = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _redis = await OwnRedis.StartAsync();
        _site = new BrokerSite(_redis.ConnectionString);
        _site.Settings["Limits:ConnectionsPerAddress"] = $"{Flooder.Connections}";
        _site.Settings["Limits:StreamsPerConnection"] = $"{Flooder.Streams}";
        _site.Settings["Limits:WatchesPerAddress"] = $"{Flooder.Streams / 2}";
        _broker = await BrokerProcess.StartAsync(_site);
        _agents = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => LoadedAgent.OpenAsync(_broker.Calls.Channel, _site.EvidenceOf($"agent/good-{number}"))));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _site?.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [Test]
    public Task Flood_Connections_OthersAreServed() => AssertServedAsync(async flooder =>
    {
        var sockets = await flooder.ConnectAsync(_site.ReadEndpoints()["grpc"], 10 * Flooder.Connections);

        await Eventually.IsTrueAsync(() => sockets.Count(Flooder.IsClosed) >= 9 * Flooder.Connections, "what is too much has been closed", Patience);
        Assert.That(sockets.Count(Flooder.IsClosed), Is.LessThanOrEqualTo((9 * Flooder.Connections) + 5));
        await Eventually.IsTrueAsync(() => _broker.Output.Contains("too many are open", StringComparison.Ordinal), "the log tells of it");
    });

    [Test]
    public Task Flood_StreamsOnOneConnection_RefusedAndOthersAreServed() => AssertServedAsync(async flooder =>
    {
        var health = new Health.HealthClient(flooder.Channel(_site.ReadEndpoints()["grpc"]));
        var streams = Enumerable.Range(0, Flooder.Streams).Select(_ => health.Watch(new HealthCheckRequest())).ToList();

        var answers = await Task.WhenAll(streams.Select(FirstAsync));

        Assert.That(answers.Count(answer => answer == StatusCode.OK), Is.EqualTo(Flooder.Streams / 2));
        Assert.That(answers.Count(answer => answer == StatusCode.ResourceExhausted), Is.EqualTo(Flooder.Streams / 2));
        streams.ForEach(stream => stream.Dispose());
    });

    [Test]
    public Task Flood_OversizedMessages_RefusedAndOthersAreServed() => AssertServedAsync(async flooder =>
    {
        var tasks = new TaskService.TaskServiceClient(flooder.Channel(_site.ReadEndpoints()["grpc"]));
        var request = _broker.Calls.OpenRequest();
        request.Intent = new string('x', 3 * 1024 * 1024);

        for (var round = 0; round < 10; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CodeAsync(() => tasks.OpenTaskAsync(request, deadline: Deadline()).ResponseAsync)));

            Assert.That(answers, Is.All.EqualTo(StatusCode.ResourceExhausted));
        }
    });

    [Test]
    public Task Flood_AnswersThatNobodyReads_OthersAreServed() => AssertServedAsync(async flooder =>
    {
        var task = await _broker.Calls.OpenAsync();
        for (var number = 0; number < 50; number++) await task.IssueAsync();

        var sockets = await flooder.AskAndNeverReadAsync(_site.ReadEndpoints()["http"], $"/v1/leases?page_size=1000", task.Token, connections: 20, requests: 400);

        await Eventually.IsTrueAsync(() => sockets.All(Flooder.IsCutOff), "who takes nothing is cut off", Patience);
    });

    [Test]
    public Task Flood_RequestsThatDoNotEnd_CutOffAndOthersAreServed() => AssertServedAsync(async flooder =>
    {
        var sockets = await flooder.ConnectAsync(_site.ReadEndpoints()["http"], 2 * Few);
        Assert.That(sockets.Take(Few).Select(socket => Flooder.Say(socket, EndlessHeaders)), Is.All.True);
        Assert.That(sockets.Skip(Few).Select(socket => Flooder.Say(socket, EndlessBody)), Is.All.True);
        await Eventually.IsTrueAsync(() => sockets.Select(socket => Flooder.Say(socket, "x")).ToList().TrueForAll(heard => !heard), "who is too slow is cut off", Patience);
    });

    [Test]
    public Task Flood_WatchesThatNobodyReads_OthersAreServed() => AssertServedAsync(async flooder =>
    {
        var feed = new RevocationFeedService.RevocationFeedServiceClient(flooder.Channel(_site.ReadEndpoints()["grpc"]));
        var watches = Enumerable.Range(0, Few).Select(_ => feed.WatchRevocations(new WatchRevocationsRequest { Evidence = _site.EvidenceOf("service/orders") })).ToList();
        var task = await _broker.Calls.OpenAsync();
        for (var number = 0; number < 100; number++)
        {
            var lease = (await task.IssueAsync()).Lease.Id;
            await _broker.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = lease }, task.Auth);
        }

        watches.ForEach(watch => watch.Dispose());
    });

    private async Task AssertServedAsync(Func<Flooder, Task> flood)
    {
        var before = _broker.ResidentBytes;
        await using var load = new IssueLoad(_agents, Rate);
        await Eventually.IsTrueAsync(() => load.Acknowledged >= Few, "the good client is served", Patience);
        using var flooder = new Flooder();

        await flood(flooder);

        var served = load.Acknowledged;
        await Eventually.IsTrueAsync(() => load.Acknowledged >= served + Few, "the good client is served beside the flood", Patience);
        await load.StopAsync();
        Assert.That(load.Failures, Is.Empty);
        Assert.That(_broker.ResidentBytes - before, Is.LessThan(Growth));
    }

    private static async Task<StatusCode> FirstAsync(AsyncServerStreamingCall<HealthCheckResponse> stream) =>
        await CodeAsync(() => stream.ResponseStream.MoveNext(CancellationToken.None));

    private static async Task<StatusCode> CodeAsync(Func<Task> call)
    {
        try
        {
            await call();
            return StatusCode.OK;
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode;
        }
    }

    private static DateTime Deadline() => (TimeProvider.System.GetUtcNow() + Patience).UtcDateTime;
}
