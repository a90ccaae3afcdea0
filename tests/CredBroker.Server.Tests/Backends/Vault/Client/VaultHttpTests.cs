using System.Net;
using System.Text;
using CredBroker.Server.Backends.Vault;
using CredBroker.Server.Backends.Vault.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Backends.Vault.Client;

/// <summary>What goes over the wire, what is tried again, and what may be concluded from what comes back.</summary>
[TestFixture, Category("Unit")]
public sealed class VaultHttpTests
{
    private static readonly VaultCall Safe = new(HttpMethod.Post, "sys/leases/lookup") { Body = new() { ["lease_id"] = "x" }, IsSafe = true };
    private static readonly VaultCall Creds = new(HttpMethod.Get, "database/creds/orders") { Token = new VaultToken("child-t0ken"), Lane = "mount:database" };
    private static readonly VaultCall OtherCreds = new(HttpMethod.Get, "aws/creds/deploy") { Token = new VaultToken("child-t0ken"), Lane = "mount:aws" };

    private FakeTimeProvider _time = null!;
    private FakeVaultServer _vault = null!;
    private ServiceProvider _services = null!;
    private VaultHttp _http = null!;
    private ITimer _clock = null!;

    [SetUp]
    public void SetUp() => Start();

    [TearDown]
    public void TearDown()
    {
        _clock.Dispose();
        _services.Dispose();
        _vault.Dispose();
    }

    [Test]
    public async Task Send_Call_HasTheHeadersOfVault()
    {
        await _http.SendAsync(Creds, "team/payments", CancellationToken.None);

        Assert.That(_vault.Requests.Single(), Is.EqualTo(
            "GET https://vault.acme.test:8200/v1/database/creds/orders X-Vault-Request=true X-Vault-Namespace=team/payments X-Vault-Token=child-t0ken "));
    }

    [Test]
    public async Task Send_CallWithoutNamespaceAndToken_HasNeither()
    {
        await _http.SendAsync(Safe, ns: null, CancellationToken.None);

        Assert.That(_vault.Requests.Single(), Is.EqualTo("POST https://vault.acme.test:8200/v1/sys/leases/lookup X-Vault-Request=true {\"lease_id\":\"x\"}"));
    }

    [TestCase(412, 3)]
    [TestCase(502, 3)]
    [TestCase(429, 1)]
    [TestCase(503, 1)]
    [TestCase(500, 1)]
    [TestCase(403, 1)]
    public async Task Send_SafeCallFails_TriedAgainOnlyWhereThatHelps(int status, int times)
    {
        _vault.Answer = _ => Answer(status, """{"errors":["no"]}""");

        await FaultAsync(Safe);

        Assert.That(_vault.Requests, Has.Count.EqualTo(times));
    }

    [TestCase(412)]
    [TestCase(502)]
    public async Task Send_CallThatMakesSomething_SentOnce(int status)
    {
        _vault.Answer = _ => Answer(status, "");

        await FaultAsync(Creds);

        Assert.That(_vault.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Send_SafeCallSucceedsAtTheThirdTry_Succeeds()
    {
        _vault.Answer = count => count < 3 ? Answer(502, "bad gateway") : Answer(200, """{"lease_duration":7}""");

        Assert.That((await _http.SendAsync(Safe, ns: null, CancellationToken.None)).LeaseDuration, Is.EqualTo(7));
    }

    [TestCase(HttpRequestError.ConnectionError, VaultFailure.NotSent)]
    [TestCase(HttpRequestError.NameResolutionError, VaultFailure.NotSent)]
    [TestCase(HttpRequestError.SecureConnectionError, VaultFailure.NotSent)]
    [TestCase(HttpRequestError.ResponseEnded, VaultFailure.Lost)]
    [TestCase(HttpRequestError.Unknown, VaultFailure.Lost)]
    public async Task Send_NoAnswer_LostUnlessItWasNeverSent(HttpRequestError error, object expected)
    {
        _vault.Answer = _ => throw new HttpRequestException(error);

        Assert.That((await FaultAsync(Creds)).Failure, Is.EqualTo(expected));
    }

    [TestCase(200, "this is not json")]
    [TestCase(200, "[1]")]
    public async Task Send_AnswerIsNotVaults_FailedWithoutRepeatingIt(int status, string text)
    {
        _vault.Answer = _ => Answer(status, text);

        var fault = await FaultAsync(Creds);

        Assert.That((fault.Failure, fault.InnerException), Is.EqualTo((VaultFailure.Failed, (Exception?)null)));
        Assert.That(fault.Message, Does.Not.Contain(text));
    }

    [Test]
    public async Task Send_ProxyAnswersInHtml_TheStatusCounts()
    {
        _vault.Answer = _ => Answer(503, "<html>maintenance</html>");

        Assert.That((await FaultAsync(Creds)).Failure, Is.EqualTo(VaultFailure.Away));
    }

    [Test]
    public async Task Send_AnswerWithoutEnd_CutOff()
    {
        _vault.Answer = _ => Answer(200, new string(' ', VaultHttp.MaxAnswerBytes + 1));

        Assert.That((await FaultAsync(Creds)).Failure, Is.EqualTo(VaultFailure.Failed));
    }

    [Test]
    public async Task Send_NothingComesBack_LostAfterTheTimeOfACall()
    {
        _vault.Hangs = true;

        Assert.That((await FaultAsync(Creds)).Failure, Is.EqualTo(VaultFailure.Lost));
    }

    [Test]
    public async Task Send_VaultAsksToBeLeftAlone_SaysHowLong()
    {
        _vault.Answer = _ =>
        {
            var answer = Answer(429, """{"errors":["quota"]}""");
            answer.Headers.TryAddWithoutValidation("Retry-After", "7");
            return answer;
        };

        Assert.That((await FaultAsync(Creds)).RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(7)));
    }

    [Test]
    public async Task Send_MountFailsAgainAndAgain_LeftAloneForAWhileAndTheOthersAreNot()
    {
        _vault.Answer = _ => Answer(503, "");
        for (var i = 0; i < 5; i++) await FaultAsync(Creds);
        _vault.Answer = _ => Answer(200, "{}");

        Assert.That((await FaultAsync(Creds)).Failure, Is.EqualTo(VaultFailure.NotSent));
        await _http.SendAsync(OtherCreds, ns: null, CancellationToken.None);
        await _http.SendAsync(Creds, "another/namespace", CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(6));
        await _http.SendAsync(Creds, ns: null, CancellationToken.None);
    }

    [Test]
    public async Task Send_MoreCallsThanTheLimit_RefusedAtOnce()
    {
        Start(("MaxConcurrentCalls", "2"));
        _vault.Hangs = true;
        var hanging = new[] { FaultAsync(Creds), FaultAsync(Creds) };

        Assert.That((await FaultAsync(Creds)).Failure, Is.EqualTo(VaultFailure.NotSent));
        Assert.That((await Task.WhenAll(hanging)).Select(fault => fault.Failure), Is.All.EqualTo(VaultFailure.Lost));
    }

    [Test]
    public async Task Send_FasterThanTheLimit_RefusedAtOnce()
    {
        Start(("CallsPerSecond", "3"));
        for (var i = 0; i < 3; i++) await _http.SendAsync(Creds, ns: null, CancellationToken.None);

        Assert.That((await FaultAsync(Creds)).Failure, Is.EqualTo(VaultFailure.NotSent));
    }

    [Test]
    public void Message_OfAnAnswerThatRepeatsATokenOrALine_HoldsNeither()
    {
        var fault = VaultException.Answered("Vault main: GET x", 403, ["no hvs.CAESIJlWh0123456789abc and s.AbCdEfGhIjKlMnOp\nforged line"]);

        Assert.That(fault.Message, Is.EqualTo("Vault main: GET x was answered with 403: no [redacted] and [redacted] forged line"));
    }

    private static HttpResponseMessage Answer(int status, string text) =>
        new((HttpStatusCode)status) { Content = new StringContent(text, Encoding.UTF8, "application/json") };

    private async Task<VaultException> FaultAsync(VaultCall call)
    {
        try
        {
            await _http.SendAsync(call, ns: null, CancellationToken.None);
        }
        catch (VaultException fault)
        {
            return fault;
        }

        throw new AssertionException("It succeeded.");
    }

    private void Start(params (string Name, string Value)[] more)
    {
        _clock?.Dispose();
        _services?.Dispose();
        _vault?.Dispose();
        _time = new FakeTimeProvider();
        // Pauses and time-outs pass by themselves.
        _clock = TimeProvider.System.CreateTimer(_ => _time.Advance(TimeSpan.FromMilliseconds(100)), null, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(2));
        _vault = new FakeVaultServer();
        (string Name, string Value)[] settings =
            [("Name", "main"), ("Address", "https://vault.acme.test:8200"), ("Login", "TokenFile"), ("TokenFile", "/nowhere"), ("FailuresBeforeBreak", "5"), ("BreakFor", "00:00:05"), .. more];
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_time);
        services.AddVaultBackend(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Backends:Vault:Clusters:0:{s.Name}", (string?)s.Value))).Build(),
            new HostingEnvironment { EnvironmentName = "Production" });
        services.AddHttpClient(VaultHttp.ClientName("main")).ConfigurePrimaryHttpMessageHandler(() => _vault);
        _services = services.BuildServiceProvider();
        _http = new VaultHttp("main", _services.GetRequiredService<IHttpClientFactory>());
    }
}
