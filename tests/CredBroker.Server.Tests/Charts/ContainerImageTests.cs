using System.Net;
using System.Text.Json;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;
using CredBroker.Testing.Verification;

namespace CredBroker.Server.Tests.Charts;

/// <summary>The image of the repository's Dockerfile, run as the chart runs it: its environment, its mounts, its rights.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class ContainerImageTests
{
    private const string Image = "credbroker-image:test";
    private const string Password = "0123456789-of-the-broker";
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);
    private BrokerSite _site = null!;
    private TestCertificate _tls = null!;
    private RedisServerProcess _redis = null!;
    private MountedPod _pod = null!;
    private string? _container;

    [OneTimeSetUp]
    public async Task BuildAsync()
    {
        if (await DockerEngine.ReasonToSkipAsync() is { } reason) Assert.Ignore(reason);
        await DockerEngine.BuildAsync(Image);
        _redis = await OwnRedis.StartAsync();
        await _redis.CommandAsync("CONFIG", "SET", "requirepass", Password);
    }

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        if (_redis is null) return;
        await _redis.DisposeAsync();
        await DockerEngine.RunAsync("rmi", "--force", Image, $"{Image}-runtime");
    }

    [SetUp]
    public void Lay()
    {
        _site = new BrokerSite();
        _tls = new TestCertificate(_site);
        _pod = new MountedPod(_site, _tls, Password);
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_container is not null) await DockerEngine.RunAsync("rm", "--force", "--volumes", _container);
        _container = null;
        _pod.Dispose();
        _tls.Dispose();
        _site.Dispose();
    }

    [Test]
    public async Task Container_AsTheChartRunsIt_WorksFollowsItsFoldersAndStops()
    {
        await _pod.HandOverAsync();
        _container = await RunAsync(_pod.VolumeMounts);
        await Eventually.IsTrueAsync(async () => File.Exists(_pod.EndpointsFile) || !await IsRunningAsync(), "the broker listens", StartPatience);
        Assert.That(await IsRunningAsync(), Is.True, await LogsAsync());

        var address = JsonSerializer.Deserialize<Dictionary<string, Uri>>(await File.ReadAllTextAsync(_pod.EndpointsFile))!["https"];
        using var http = new HttpClient(_tls.CreateHandler()) { BaseAddress = address };
        Assert.That(await http.GetStringAsync("/livez"), Is.EqualTo("ok"));
        await Eventually.IsTrueAsync(async () => (await http.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK, "it is ready", StartPatience);

        var first = InForce(await LogsAsync());
        _pod.Lay("/etc/credbroker/catalogue", ("catalogue.yaml", BrokerCatalogue.Text.Replace("orders-scarce", "orders-swapped", StringComparison.Ordinal)));
        await Eventually.IsTrueAsync(async () => InForce(await LogsAsync()) > first, "the swapped ConfigMap is in force", StartPatience);

        await DockerEngine.RunAsync("stop", "--time", "30", _container);
        var (code, logs) = (await ExitCodeAsync(), await LogsAsync());
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo("0"), "137 would be a kill after the drain's time\n" + logs);
            Assert.That(ScratchFolder.ModeOf(Path.Combine(_pod.VolumeOf("data"), "broker")) & (UnixFileMode)0x3F, Is.EqualTo(UnixFileMode.None), "for the broker alone");
            Assert.That(ScratchFolder.ModeOf(Path.Combine(_pod.VolumeOf("audit"), "trail")) & (UnixFileMode)0x3F, Is.EqualTo(UnixFileMode.None), "for the broker alone");
            Assert.That(logs, Does.Not.Contain(Password));
        });
    }

    [TestCase("/etc/credbroker/keys/key-encryption-key", "0444")]
    [TestCase("/etc/credbroker/tls/tls.key", "0460")]
    public async Task Container_SecretThatOthersMayUse_IsRefused(string secret, string mode)
    {
        await _pod.HandOverAsync();
        await ProgramResult.RunAsync("chmod", [mode, _pod.FileOf(secret)]);
        // Without volumes of the pod the broker has those of the image, and gets as far as its secrets.
        _container = await RunAsync([]);

        await Eventually.IsTrueAsync(async () => !await IsRunningAsync(), "the broker has refused to start", StartPatience);

        Assert.That(await LogsAsync(), Does.Contain($"credbroker cannot start: The file {secret} is open to other users"));
        Assert.That(await ExitCodeAsync(), Is.EqualTo("1"));
    }

    private async Task<string> RunAsync(IEnumerable<string> volumes)
    {
        var settings = new Dictionary<string, string>((await RenderedChart.GetAsync("minimal")).Settings())
        {
            // The container has the machine's loopback, and many tests meet there.
            ["Listen:Https"] = "https://127.0.0.1:0",
            ["Storage:Redis:ConnectionString"] = _redis.ConnectionString,
            ["Attestation:SpiffeJwt:TrustDomains:0:Name"] = _site.Domain.Name,
            ["Attestation:SpiffeJwt:TrustDomains:0:BundleFile"] = _pod.BundleFile,
        };
        return await DockerEngine.RunAsync([
            "run", "--detach", "--network", "host", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
            "--user", $"{MountedPod.User}:{MountedPod.User}", .. _pod.FileMounts, .. volumes,
            .. settings.Select(setting => $"--env={setting.Key.Replace(":", "__", StringComparison.Ordinal)}={setting.Value}"), Image,
        ]);
    }

    private async Task<bool> IsRunningAsync() => await DockerEngine.RunAsync("inspect", "--format", "{{.State.Running}}", _container!) == "true";

    private Task<string> ExitCodeAsync() => DockerEngine.RunAsync("inspect", "--format", "{{.State.ExitCode}}", _container!);

    private async Task<string> LogsAsync()
    {
        var logs = await ProgramResult.RunAsync("docker", ["logs", _container!]);
        return logs.Output + logs.Error;
    }

    private static int InForce(string logs) => logs.Split("is in force:").Length;
}
