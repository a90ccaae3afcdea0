using CredBroker.Verification;
using CredBroker.Verification.Revocation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CredBroker.Tests.Verification;

[Category("Unit")]
internal sealed class VerificationOptionsTests
{
    public static IEnumerable<TestCaseData> Faults()
    {
        yield return Case("Authority", options => options.Authority = null);
        yield return Case("Authority must be an absolute https address", options => options.Authority = new Uri("http://broker.acme.test"));
        yield return Case("Authority must be an absolute https address", options => options.Authority = new Uri("/broker", UriKind.Relative));
        yield return Case("BrokerAddress must be an absolute https address", options => options.BrokerAddress = new Uri("http://10.0.0.1:7070"));
        yield return Case("Audience", options => options.Audience = "");
        yield return Case("BrokerAddress is missing", options => options.BrokerAddress = null);
        yield return Case("exactly one of Evidence and EvidenceFile", options => options.EvidenceFile = null);
        yield return Case("exactly one of Evidence and EvidenceFile", options => options.Evidence = _ => ValueTask.FromResult("x"));
        yield return Case("MaxFeedAge", options => options.MaxFeedAge = TimeSpan.Zero);
        yield return Case("Issuer must not be empty", options => options.Issuer = "");
        yield return Case("FeedPolicy must be", options => options.FeedPolicy = (FeedPolicy)9);
    }

    [TestCaseSource(nameof(Faults))]
    public void Validate_Fault_StopsTheStartWithOneLine(string expected, Action<CredBrokerVerificationOptions> spoil)
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Read(spoil));

        Assert.That(fault.Failures.ToList(), Has.Count.EqualTo(1).And.All.Contains(expected));
    }

    [Test]
    public void Validate_GoodSettings_ArePassed()
    {
        Assert.That(Read(_ => { }).Audience, Is.EqualTo("https://orders.acme.test"));
    }

    [Test]
    public void Validate_PlaintextAllowed_TakesHttp()
    {
        Assert.DoesNotThrow(() => Read(options =>
        {
            options.AllowPlaintext = true;
            options.Authority = new Uri("http://broker.acme.test");
        }));
    }

    [Test]
    public void Validate_AcceptWithoutFeed_IsPassed()
    {
        Assert.DoesNotThrow(() => Read(options =>
        {
            options.FeedPolicy = FeedPolicy.Accept;
            options.BrokerAddress = null;
            options.EvidenceFile = null;
        }));
    }

    [Test]
    public void AddCredBroker_Twice_IsRefused()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddAuthentication().AddCredBroker(Good).AddCredBroker(Good);
        using var provider = services.BuildServiceProvider();

        Assert.That(() => provider.GetRequiredService<IOptions<Microsoft.AspNetCore.Authentication.AuthenticationOptions>>().Value,
            Throws.InvalidOperationException.With.Message.Contains("CredBroker"));
    }

    private static CredBrokerVerificationOptions Read(Action<CredBrokerVerificationOptions> spoil)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddAuthentication().AddCredBroker(options =>
        {
            Good(options);
            spoil(options);
        });
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptionsMonitor<CredBrokerVerificationOptions>>().Get(CredBrokerDefaults.AuthenticationScheme);
    }

    private static void Good(CredBrokerVerificationOptions options)
    {
        options.Authority = new Uri("https://broker.acme.test");
        options.BrokerAddress = new Uri("http://127.0.0.1:7070");
        options.Audience = "https://orders.acme.test";
        options.EvidenceFile = "evidence.jwt";
    }

    private static TestCaseData Case(string expected, Action<CredBrokerVerificationOptions> spoil) => new(expected, spoil);
}
