using System.Text.Json.Nodes;
using CredBroker.Server.Hosting;
using CredBroker.Server.Storage;
using CredBroker.Server.Storage.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Charts;

/// <summary>What the chart sets is what the server reads: its own validation has the say.</summary>
[TestFixture, Category("Unit")]
internal sealed class ChartSettingsTests
{
    private static readonly string[] Mounts = ["/etc/credbroker/", "/var/lib/credbroker/", "/var/run/credbroker/"];

    private static IEnumerable<string> Sets => RenderedChart.Sets;

    [TestCaseSource(nameof(Sets))]
    public async Task Settings_OfTheSet_AreAcceptedByTheServer(string set)
    {
        using var scratch = new Hosting.ScratchFolder();
        using var certificate = new MountedFiles(scratch);
        var settings = (await RenderedChart.GetAsync(set)).Settings();

        await using var broker = BrokerHost.Build([.. Arguments(settings, certificate)]);

        var redis = broker.Services.GetRequiredService<IOptions<RedisOptions>>().Value;
        if (redis.ConnectionString is null) Assert.That(set, Is.EqualTo("monitoring"), "only there it comes from a secret");
        else Assert.That(RedisAccess.Configure(redis).EndPoints, Is.Not.Empty);
    }

    [Test]
    public async Task Settings_OneNameWrong_AreRefusedByTheServer()
    {
        using var scratch = new Hosting.ScratchFolder();
        using var certificate = new MountedFiles(scratch);
        var settings = (await RenderedChart.GetAsync("minimal")).Settings();

        Assert.That(() => BrokerHost.Build([.. Arguments(settings, certificate), "--Tokens:Keys:Sauce=store"]), Throws.TypeOf<OptionsValidationException>());
    }

    [Test]
    public async Task Settings_ForSentinels_NameServiceUserAndTls()
    {
        var text = (await RenderedChart.GetAsync("sentinel")).Settings()["Storage:Redis:ConnectionString"];

        var redis = StackExchange.Redis.ConfigurationOptions.Parse(text);

        Assert.That((redis.ServiceName, redis.User, redis.Ssl, redis.EndPoints.Count), Is.EqualTo(("credbroker", "credbroker", true, 3)));
    }

    /// <summary>The broker's environment is shared with others, so it takes no notice of a section that nobody reads: the chart has to refuse one.</summary>
    [Test]
    public void Schema_OfTheSettings_HasEverySectionOfTheServer()
    {
        using var scratch = new Hosting.ScratchFolder();
        using var broker = BrokerHost.Build(["--environment=Development", "--Listen:Grpc=http://127.0.0.1:0", "--Listen:Http=http://127.0.0.1:0",
            $"--Data:Path={scratch.File("data")}", $"--Templates:Path={scratch.Path}", $"--Policies:Path={scratch.Path}"]);
        var sections = broker.Services.GetServices<SettingsSection>().Select(section => section.Name.Split(':')[0]).Except(["Listen", "Data"]);
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(HelmProgram.Chart, "values.schema.json")))!;

        Assert.That(sections, Is.SubsetOf(schema["properties"]!["settings"]!["properties"]!.AsObject().Select(section => section.Key)));
    }

    private static IEnumerable<string> Arguments(IReadOnlyDictionary<string, string> settings, MountedFiles files) =>
    [
        "--environment=Production",
        .. settings.Select(setting => $"--{setting.Key}={Moved(setting.Value, files)}"),
    ];

    private static string Moved(string value, MountedFiles files) =>
        Mounts.Any(mount => value.StartsWith(mount, StringComparison.Ordinal)) ? files.PathOf(value) : value;
}
