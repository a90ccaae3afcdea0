using CredBroker.Client;
using CredBroker.Client.Evidence;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CredBroker.Tests.Client;

[TestFixture, Category("Unit")]
public sealed class CredBrokerOptionsTests
{
    private static readonly StaticEvidenceSource Evidence = new(WorkloadEvidence.FromText("spiffe_jwt", "x"));

    [TestCase("http://127.0.0.1:7070")]
    [TestCase("http://localhost:7070")]
    [TestCase("http://[::1]:7070")]
    [TestCase("https://broker.acme.test:8443")]
    public async Task Address_LoopbackOrTls_IsTaken(string address)
    {
        await using var client = new CredBrokerClient(address, Evidence);
        Assert.That(client, Is.Not.Null);
    }

    [TestCase("http://broker.acme.test:7070", "http://")]
    [TestCase("http://10.0.0.1:7070", "http://")]
    [TestCase("ftp://broker", "absolute")]
    [TestCase("broker:7070", "absolute")]
    [TestCase("", "absolute")]
    public void Address_Other_IsRefusedWithAReason(string address, string word) =>
        Assert.That(() => new CredBrokerClient(address, Evidence), Throws.ArgumentException.With.Message.Contains(word));

    [Test]
    public async Task Address_PlainButAllowed_IsTaken()
    {
        await using var client = new CredBrokerClient(new CredBrokerOptions { Address = "http://10.0.0.1:7070", AllowPlaintext = true }, Evidence);
        Assert.That(client, Is.Not.Null);
    }

    [Test]
    public async Task Broker_NotThere_IsUnavailable()
    {
        await using var client = new CredBrokerClient("http://127.0.0.1:1", Evidence);
        var e = (await Assert.ThrowsAsync<BrokerUnavailableException>(() => client.GetStatusAsync()))!;
        Assert.That(e.InnerException, Is.InstanceOf<RpcException>());
    }

    [Test]
    public void AddCredBroker_UnknownSetting_IsRefused()
    {
        using var provider = Services(("CredBroker:Address", "http://127.0.0.1:7070"), ("CredBroker:Adress", "typo"));
        Assert.That(() => provider.GetRequiredService<IOptions<CredBrokerOptions>>().Value, Throws.InstanceOf<InvalidOperationException>());
    }

    [Test]
    public void AddCredBroker_BadSettings_NamesEachFault()
    {
        using var provider = Services(("CredBroker:Address", "http://10.0.0.1"), ("CredBroker:CallTimeout", "00:10:00"));
        var fault = Assert.Throws<OptionsValidationException>(() => _ = provider.GetRequiredService<IOptions<CredBrokerOptions>>().Value);
        Assert.That(fault.Failures.Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task AddCredBroker_WithoutConfiguration_TakesTheDelegate()
    {
        await using var provider = new ServiceCollection().AddCredBroker(o => o.Address = "http://127.0.0.1:7070").BuildServiceProvider();
        var (first, second) = (provider.GetRequiredService<ICredBroker>(), provider.GetRequiredService<ICredBroker>());
        Assert.That(first, Is.SameAs(second));
    }

    [Test]
    public void AddCredBroker_UnderAHost_LeavesSignalsToIt()
    {
        using var alone = new ServiceCollection().AddCredBroker(o => o.Address = "http://127.0.0.1:7070").BuildServiceProvider();
        using var hosted = new ServiceCollection().AddCredBroker(o => o.Address = "http://127.0.0.1:7070")
            .AddSingleton<IHostApplicationLifetime>(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance)).BuildServiceProvider();
        Assert.That(alone.GetRequiredService<IOptions<CredBrokerOptions>>().Value.HandleSignals, Is.True);
        Assert.That(hosted.GetRequiredService<IOptions<CredBrokerOptions>>().Value.HandleSignals, Is.False);
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build())
        .AddCredBroker()
        .BuildServiceProvider();
}
