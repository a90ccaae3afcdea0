using System.Net;
using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Grpc.Core;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Api;

/// <summary>Whatever is wrong with a call: it is refused for the documented reason, on record, and nothing comes of it.</summary>
[TestFixture, Category("Server")]
internal sealed class WrongCallTests
{
    private const int Database = 1;
    private BrokerSite _site = null!;
    private BrokerProcess _broker = null!;
    private ConnectionMultiplexer _store = null!;
    private WrongCallContext _context = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var redis = await SharedBroker.GetRedisAsync();
        _store = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        _site = new BrokerSite($"{redis.ConnectionString},defaultDatabase={Database}");
        // What is counted towards a quarantine is kept, and the task here is refused more often than any other.
        _site.Settings["Containment:RefusalsPerTask"] = "0";
        _site.Settings["Containment:RefusalsPerWorkload"] = "0";
        _broker = await BrokerProcess.StartAsync(_site);
        var task = await _broker.Calls.OpenAsync();
        _context = new WrongCallContext(_broker, task, await task.IssueAsync());
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _site?.Dispose();
        if (_store is not null) await _store.DisposeAsync();
    }

    [TestCaseSource(typeof(WrongCalls), nameof(WrongCalls.All))]
    public async Task Call_Wrong_RefusedOnRecordAndNothingStored(WrongCall wrong)
    {
        var stored = (await StoreSnapshot.TakeAsync(_store, Database)).Values;
        var audited = _site.ReadAudit().Count;

        var refusal = await Refused.WithAsync(wrong.Code, wrong.Reason, () => wrong.Call(_context));

        Assert.Multiple(async () =>
        {
            if (wrong.Field is not null) Assert.That(Refused.ViolationsOf(refusal), Does.Contain(wrong.Field));
            else Assert.That(Refused.ViolationsOf(refusal), Is.Empty);
            Assert.That((await StoreSnapshot.TakeAsync(_store, Database)).Values, Is.EqualTo(stored));
            var lines = _site.ReadAudit().Skip(audited).ToList();
            Assert.That(lines.Select(line => $"{line["type"]} {line["reason"]}"), Is.EqualTo(new[] { $"refused {wrong.Reason}" }));
            Assert.That(lines.Select(VerbOf), Is.EqualTo(new[] { wrong.Verb }));
        });
        TheTaskIsUnharmed(await _context.Task.ReadAsync());
    }

    [Test]
    public async Task Call_MessageOfThreeMegabytes_RefusedByTheTransport()
    {
        var request = _context.Calls.OpenRequest();
        request.Intent = new string('x', 3 * 1024 * 1024);

        var refusal = await Refused.CatchAsync(() => _context.Calls.OpenAsync(request));

        Assert.That(refusal.StatusCode, Is.EqualTo(StatusCode.ResourceExhausted));
    }

    [TestCase(new byte[] { 0xff, 0xff, 0xff })]
    [TestCase(new byte[] { 0x12, 0x02, 0xc3, 0x28 }, Description = "a text that is no UTF-8")]
    [TestCase(new byte[] { 0x12, 0x7f, 0x61 }, Description = "a text that ends too soon")]
    public async Task Call_BytesThatAreNoMessage_RefusedAsAnyBadRequest(byte[] message)
    {
        var method = new Method<byte[], byte[]>(
            MethodType.Unary, "credbroker.v1.TaskService", "OpenTask", Marshallers.Create(bytes => bytes, bytes => bytes), Marshallers.Create(bytes => bytes, bytes => bytes));

        var refusal = await Refused.WithAsync(
            StatusCode.InvalidArgument, "INVALID_REQUEST",
            () => _context.Calls.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(), message).ResponseAsync);

        Assert.That(refusal.Status.Detail, Does.Not.Contain("Google.Protobuf"));
    }

    [Test]
    public async Task Call_WithoutAMessage_RefusedAsAnyBadRequest()
    {
        using var http = new HttpClient { BaseAddress = _site.ReadEndpoints()["grpc"] };
        using var empty = new ByteArrayContent([]);
        empty.Headers.ContentType = new("application/grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/credbroker.v1.TaskService/OpenTask")
        {
            Content = empty,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.Add(new("trailers"));

        using var answer = await http.SendAsync(request);

        await answer.Content.ReadAsByteArrayAsync();
        var headers = answer.Headers.Concat(answer.TrailingHeaders).ToLookup(header => header.Key, header => header.Value.Single());
        Assert.That(headers["grpc-status"], Is.EqualTo(new[] { $"{(int)StatusCode.InvalidArgument}" }));
        Assert.That(headers["grpc-status-details-bin"].Single(), Is.Not.Empty);
        Assert.That(_broker.Output, Does.Not.Contain("InvalidProtocolBufferException").And.Not.Contain("Error when executing service method"));
    }

    private static void TheTaskIsUnharmed(AgentTask task) => Assert.That(task.State, Is.EqualTo(TaskState.Open));

    private static string? VerbOf(JsonNode line) => (string?)line["details"]?["verb"];
}
