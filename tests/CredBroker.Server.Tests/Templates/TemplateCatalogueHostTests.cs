using CredBroker.Audit;
using CredBroker.Server.Hosting;
using CredBroker.Server.Templates;
using CredBroker.Templates;
using CredBroker.Testing.Verification;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Templates;

[TestFixture]
[Category("Server")]
public sealed class TemplateCatalogueHostTests
{
    private const string Target = """
        apiVersion: credbroker/v1
        kind: Target
        metadata: { name: orders-api, owner: payments-platform }
        spec: { sensitivity: internal }
        """;

    private string _folder = null!;

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("credbroker-catalogue-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task StartAsync_GoodCatalogue_IsInForceBeforeOtherServicesStart()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.yaml"), Target);
        using var host = Build(("Templates:Path", _folder), ("Templates:PollInterval", "00:00:05"));

        await host.StartAsync();
        await host.StopAsync();

        Assert.That(host.Services.GetRequiredService<CatalogueProbe>().TargetsAtStart, Is.EqualTo(1));
    }

    [Test]
    public async Task StartAsync_BadCatalogue_StopsTheStart()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.yaml"), Target.Replace("internal", "secret", StringComparison.Ordinal));
        using var host = Build(("Templates:Path", _folder));

        var fault = (await Assert.ThrowsAsync<CatalogueException>(() => host.StartAsync()))!;

        Assert.That(fault.Faults.Single().ToString(), Does.StartWith("a.yaml:4: spec.sensitivity: "));
    }

    [Test]
    public async Task Status_FolderHoldsABadSetNow_SaysThatAnOlderOneIsInForce()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.yaml"), Target);
        using var host = Build(("Templates:Path", _folder), ("Templates:PollInterval", "00:00:00.1"));
        await host.StartAsync();

        await File.WriteAllTextAsync(Path.Combine(_folder, "a.yaml"), Target.Replace("internal", "secret", StringComparison.Ordinal));

        await Eventually.IsTrueAsync(
            () => host.Services.GetServices<IStatusSource>().SelectMany(source => source.Read()).Any(component => !component.IsHealthy && component.Detail.Contains("refused", StringComparison.Ordinal)),
            "the status tells of it");
        await host.StopAsync();
    }

    [Test]
    public async Task StartAsync_NoPath_StopsTheStart()
    {
        using var host = Build();
        Assert.That((await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync()))!.Message, Does.Contain("Templates:Path is missing"));
    }

    [TestCase("00:00:00")]
    [TestCase("-00:00:01")]
    [TestCase("02:00:00")]
    public async Task StartAsync_PollIntervalOutOfBounds_StopsTheStart(string interval)
    {
        using var host = Build(("Templates:Path", _folder), ("Templates:PollInterval", interval));
        Assert.That((await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync()))!.Message, Does.Contain("Templates:PollInterval"));
    }

    [Test]
    public async Task StartAsync_UnknownSetting_StopsTheStart()
    {
        using var host = Build(("Templates:Path", _folder), ("Templates:Pth", "x"));
        Assert.That((await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync()))!.Message, Does.Contain("Templates:Pth"));
    }

    private static IHost Build(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Services.AddSingleton<CatalogueProbe>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<CatalogueProbe>());
        builder.Services.AddSingleton<IAuditLog, SilentAuditLog>();
        builder.Services.AddTemplateCatalogue(builder.Configuration);
        return builder.Build();
    }

    /// <summary>Registered before the catalogue, it starts before the catalogue's worker does.</summary>
    private sealed class CatalogueProbe(ITemplateCatalogue catalogue) : IHostedService
    {
        public int TargetsAtStart { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            TargetsAtStart = catalogue.Current.Targets.Count;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class SilentAuditLog : IAuditLog
    {
        public bool IsAvailable => true;

        public Task AppendAsync(AuditEvent auditEvent, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task AppendAsync(IReadOnlyList<AuditEvent> auditEvents, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
