using CredBroker.Attestation;
using CredBroker.Server.Attestation.SpiffeJwt;
using CredBroker.Templates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

[Category("Unit")]
public sealed class SpiffeJwtOptionsTests
{
    private const string Section = SpiffeJwtOptions.SectionName;

    [Test]
    public void Options_NothingSet_HaveTheirDefaults()
    {
        var options = OptionsOf([]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.Audiences.Single(), Is.EqualTo("credbroker"));
            Assert.That(options.TrustDomains, Is.Empty);
            Assert.That(options.ClockSkew, Is.EqualTo(TimeSpan.FromSeconds(30)));
            Assert.That(options.MaxLifetime, Is.EqualTo(TimeSpan.FromHours(1)));
            Assert.That(options.LastGoodFor, Is.EqualTo(TimeSpan.FromHours(24)));
        }
    }

    [Test]
    public void Options_AudienceSet_ReplacesTheDefault()
    {
        var options = OptionsOf(new() { [$"{Section}:Audiences:0"] = "broker.acme.test" });

        Assert.That(options.Audiences.Single(), Is.EqualTo("broker.acme.test"));
    }

    [TestCase("ClockSkew", "00:00:31", "ClockSkew is not between 00:00:00 and 00:00:30.")]
    [TestCase("ClockSkew", "-00:00:01", "ClockSkew is not between 00:00:00 and 00:00:30.")]
    [TestCase("MaxLifetime", "00:00:59", "MaxLifetime is not between 00:01:00 and 1.00:00:00.")]
    [TestCase("MaxLifetime", "1.00:00:01", "MaxLifetime is not between 00:01:00 and 1.00:00:00.")]
    [TestCase("LastGoodFor", "7.00:00:01", "LastGoodFor is not between 00:01:00 and 7.00:00:00.")]
    [TestCase("Audiences:0", " ", "Audiences:0 is empty.")]
    [TestCase("TrustDomains:0:Name", "Acme.test", "TrustDomains:0:Name is not the name of a trust domain, such as acme.test.")]
    [TestCase("TrustDomains:0:Name", "acme.test", "TrustDomains:0:BundleFile is empty, and there is no BundleEndpoint.")]
    [TestCase("TrustDomains:0:BundleEndpoint", "http://bundles.acme.test", "TrustDomains:0:BundleEndpoint is not an https address; http is for this machine alone.")]
    [TestCase("TrustDomains:0:BundleEndpoint", "https://me:secret@bundles.acme.test", "TrustDomains:0:BundleEndpoint is not an https address")]
    [TestCase("TrustDomains:0:CaFile", "ca.pem", "TrustDomains:0:CaFile is for a BundleEndpoint.")]
    [TestCase("TrustDomains:0:AllowPrivateAddresses", "true", "TrustDomains:0:AllowPrivateAddresses is for a BundleEndpoint.")]
    [TestCase("ClockSkew", "soon", "'Attestation:SpiffeJwt:ClockSkew'")]
    [TestCase("ClokSkew", "00:00:01", "Attestation:SpiffeJwt:ClokSkew is not a setting.")]
    [TestCase("TrustDomains:0:BundelFile", "x", "Attestation:SpiffeJwt:TrustDomains:0:BundelFile is not a setting.")]
    public async Task Start_WrongSetting_IsRefusedWithOneLineThatNamesIt(string setting, string value, string line)
    {
        using var host = HostWith(new() { [$"{Section}:{setting}"] = value });

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.That(refused!.Failures, Has.One.Contains(line));
        Assert.That(string.Concat(refused.Failures), Does.Not.Contain('\n'));
    }

    [Test]
    public async Task Start_TrustDomainTwice_IsRefused()
    {
        using var host = HostWith(new()
        {
            [$"{Section}:TrustDomains:0:Name"] = "acme.test",
            [$"{Section}:TrustDomains:0:BundleFile"] = "a",
            [$"{Section}:TrustDomains:1:Name"] = "acme.test",
            [$"{Section}:TrustDomains:1:BundleFile"] = "b",
        });

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.That(refused!.Failures.Single(), Is.EqualTo("Attestation:SpiffeJwt:TrustDomains:1:Name names acme.test a second time."));
    }

    [Test]
    public async Task Start_TwoAttestorsOfOneName_IsRefused()
    {
        using var host = HostWith([], services => services.AddSingleton<IAttestor>(new Impostor()));

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.That(refused!.Message, Is.EqualTo("Two attestors are called 'spiffe_jwt'."));
    }

    [Test]
    public async Task Start_GoodSettings_AttestsByTheVerb()
    {
        using var domain = new CredBroker.Testing.Attestation.TestTrustDomain("acme.test");
        var folder = Directory.CreateTempSubdirectory("spiffe-jwt-").FullName;
        var bundle = Path.Combine(folder, "bundle.json");
        domain.WriteBundle(bundle);
        using var host = HostWith(new()
        {
            [$"{Section}:TrustDomains:0:Name"] = "acme.test",
            [$"{Section}:TrustDomains:0:BundleFile"] = bundle,
        });
        await host.StartAsync();
        var evidence = new Evidence("spiffe_jwt", System.Text.Encoding.ASCII.GetBytes(domain.IssueSvid("spiffe://acme.test/agent/x")));

        var identity = await host.Services.GetRequiredService<WorkloadAttestation>().AttestAsync(evidence, CancellationToken.None);

        Assert.That(identity.Tenant, Is.EqualTo("acme"));
        await host.StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static SpiffeJwtOptions OptionsOf(Dictionary<string, string?> settings)
    {
        using var host = HostWith(settings);
        return host.Services.GetRequiredService<IOptions<SpiffeJwtOptions>>().Value;
    }

    private static IHost HostWith(Dictionary<string, string?> settings, Action<IServiceCollection>? add = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton<ITemplateCatalogue, OneRuleCatalogue>();
        builder.Services.AddSingleton<IReplayMemory>(new CredBroker.Testing.Attestation.MemoryReplays());
        builder.Services.AddSpiffeJwtAttestor(builder.Configuration);
        add?.Invoke(builder.Services);
        return builder.Build();
    }

    private sealed class OneRuleCatalogue : ITemplateCatalogue
    {
        public CatalogueSnapshot Current { get; } = new("0", new Dictionary<string, Template>(), new Dictionary<string, Target>(), [Rule()]);

        private static WorkloadRule Rule()
        {
            Assert.That(SubjectPattern.TryParse("spiffe://acme.test/agent/*", out var pattern), Is.True);
            var minute = TimeSpan.FromMinutes(1);
            return new WorkloadRule("agents", "spiffe_jwt", pattern, "acme", WorkloadKind.Agent, minute, minute, minute, minute, []);
        }
    }

    private sealed class Impostor : IAttestor
    {
        public string Name => "spiffe_jwt";

        public ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
