using System.Net;
using System.Net.Http.Json;
using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Testing.Broker;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Tests.Client;

[TestFixture, Category("Unit")]
public sealed class CredBrokerTokenHandlerTests
{
    private FakeBroker _broker = null!;
    private ServiceProvider _services = null!;
    private RecordingService _orders = null!;
    private string? _purpose;

    [SetUp]
    public async Task StartAsync()
    {
        _broker = await FakeBroker.StartAsync();
        _orders = new RecordingService(_broker);
        _purpose = "serve-orders";
        var services = new ServiceCollection();
        services.AddSingleton<IEvidenceSource>(new StaticEvidenceSource(WorkloadEvidence.FromText("spiffe_jwt", "x")));
        services.AddCredBroker(o =>
        {
            o.Address = _broker.Address;
            o.Purpose = _purpose;
        });
        services.AddHttpClient("orders").AddCredBrokerToken("orders-api", Capability.Write).ConfigurePrimaryHttpMessageHandler(() => _orders);
        _services = services.BuildServiceProvider();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _broker.DisposeAsync();
        _orders.Dispose();
    }

    [Test]
    public async Task Send_NoTaskIsCurrent_OpensOneTaskForTheApplication()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Client().GetAsync("https://orders.acme.test/orders")));
        Assert.Multiple(() =>
        {
            Assert.That(Count("OpenTask"), Is.EqualTo(1));
            Assert.That(Count("Issue"), Is.EqualTo(1));
            Assert.That(_orders.Answers, Is.All.EqualTo(HttpStatusCode.OK));
        });
        var issue = _broker.Requests<Protocol.V1.IssueRequest>().Single();
        Assert.That(issue.Capabilities.Single(), Is.EqualTo(Protocol.V1.Capability.Write));
    }

    [Test]
    public async Task Send_ATaskIsCurrent_UsesItsOwnCredential()
    {
        var broker = _services.GetRequiredService<ICredBroker>();
        foreach (var purpose in new[] { "one", "two" })
        {
            await using var task = await broker.OpenTaskAsync(new TaskRequest(purpose));
            using var current = task.MakeCurrent();
            await Client().GetAsync("https://orders.acme.test/orders");
            await Client().GetAsync("https://orders.acme.test/orders");
        }
        Assert.Multiple(() =>
        {
            Assert.That(Count("OpenTask"), Is.EqualTo(2));
            Assert.That(Count("Issue"), Is.EqualTo(2), "the two tasks share nothing");
            Assert.That(_orders.Tokens.Distinct().Count(), Is.EqualTo(2));
            Assert.That(BrokerTask.Current, Is.Null);
        });
    }

    [Test]
    public async Task Send_NoTaskAndNoPurpose_SaysWhatToDo()
    {
        _purpose = null;
        await Assert.ThatAsync(() => Client().GetAsync("https://orders.acme.test/orders"), Throws.InvalidOperationException.With.Message.Contains("MakeCurrent"));
    }

    [Test]
    public async Task Send_TokenWasRevoked_TriesOnceMoreWithAnother()
    {
        await Client().GetAsync("https://orders.acme.test/orders");
        _broker.Ledger.RevokeEverything();
        var answer = await Client().PostAsJsonAsync("https://orders.acme.test/orders", new { item = "pen" });
        Assert.Multiple(() =>
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(_orders.Answers, Is.EqualTo(new[] { HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.OK }));
            Assert.That(_orders.Bodies[1], Is.EqualTo(_orders.Bodies[2]).And.Contains("pen"));
        });
    }

    [Test]
    public async Task Send_TokenWasRevokedAndTheContentIsAStream_IsNotRepeated()
    {
        await Client().GetAsync("https://orders.acme.test/orders");
        _broker.Ledger.RevokeEverything();
        using var content = new StreamContent(new MemoryStream([1, 2, 3]));
        var answer = await Client().PostAsync("https://orders.acme.test/orders", content);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(_orders.Answers, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Send_ServiceSaysNoToEverything_StopsAfterTheSecondTry()
    {
        _orders.AlwaysRefuse = true;
        var answer = await Client().GetAsync("https://orders.acme.test/orders");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(_orders.Answers, Has.Count.EqualTo(2));
        await Client().GetAsync("https://orders.acme.test/orders");
        Assert.That(_orders.Answers, Has.Count.EqualTo(3), "a token that was replaced just now is not replaced again");
    }

    [Test]
    public async Task Send_WithAHeaderOfItsOwn_IsLeftAlone()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://orders.acme.test/orders");
        request.Headers.Authorization = new("Bearer", "mine");
        await Client().SendAsync(request);
        Assert.That(_orders.Tokens, Is.EqualTo(["mine"]));
        Assert.That(_broker.Calls, Is.Empty);
    }

    [Test]
    public async Task Send_InPlainTextToAnotherMachine_IsRefused()
    {
        await Assert.ThatAsync(() => Client().GetAsync("http://orders.acme.test/orders"), Throws.InvalidOperationException);
        Assert.That(_orders.Answers, Is.Empty);
    }

    [Test]
    public async Task Send_AfterTheBrokerEndedTheApplicationsTask_OpensAnother()
    {
        await Client().GetAsync("https://orders.acme.test/orders");
        _broker.FailNext("Issue", Refusal.TaskEnded());
        _broker.Ledger.RevokeEverything();
        await Assert.ThatAsync(() => Client().GetAsync("https://orders.acme.test/orders"), Throws.InstanceOf<BrokerRefusedException>());
        var answer = await Client().GetAsync("https://orders.acme.test/orders");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Count("OpenTask"), Is.EqualTo(2));
    }

    private HttpClient Client() => _services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

    private int Count(string method) => _broker.Calls.Count(c => c.Method == method);
}
