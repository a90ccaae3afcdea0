using CredBroker.Server.Hosting;
using CredBroker.Server.Telemetry;
using CredBroker.Server.Tests.Hosting;
using OpenTelemetry.Exporter;

namespace CredBroker.Server.Tests.Telemetry;

[Category("Unit")]
internal sealed class TelemetryOptionsTests
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [TestCase("http://127.0.0.1:4317", null)]
    [TestCase("https://collector.acme.test:4317", "headers")]
    [TestCase("http://127.0.0.1:4317", "headers")]
    [TestCase("http://collector:4317", null)]
    [TestCase(null, null)]
    public void Otlp_Good_NoFault(string? endpoint, string? headers) =>
        Assert.That(new OtlpOptions { Endpoint = endpoint, HeadersFile = headers }.Faults(), Is.Empty);

    [TestCase("collector:4317", null, 0.1, "grpc", "Telemetry:Otlp:Endpoint must look like")]
    [TestCase("ftp://collector:4317", null, 0.1, "grpc", "Telemetry:Otlp:Endpoint must look like")]
    [TestCase("https://me:word@collector:4317", null, 0.1, "grpc", "Telemetry:Otlp:Endpoint must look like")]
    [TestCase("http://collector:4317", "headers", 0.1, "grpc", "Telemetry:Otlp:HeadersFile holds secrets")]
    [TestCase("http://127.0.0.1:4317", null, 1.5, "grpc", "Telemetry:Otlp:SampleRatio must lie")]
    [TestCase("http://127.0.0.1:4317", null, double.NaN, "grpc", "Telemetry:Otlp:SampleRatio must lie")]
    [TestCase("http://127.0.0.1:4317", null, 0.1, "carrier pigeon", "Telemetry:Otlp:Protocol must be")]
    [TestCase(null, "headers", 0.1, "grpc", "Telemetry:Otlp: Endpoint is not set")]
    public void Otlp_Wrong_OneFault(string? endpoint, string? headers, double ratio, string protocol, string expected) => Assert.That(
        new OtlpOptions { Endpoint = endpoint, HeadersFile = headers, SampleRatio = ratio, Protocol = protocol }.Faults(), Has.One.StartsWith(expected));

    [TestCase("http://127.0.0.1:9464", 0)]
    [TestCase("http://0.0.0.0:9464", 0)]
    [TestCase("https://127.0.0.1:9464", 1)]
    [TestCase("http://localhost:9464", 1)]
    [TestCase("nonsense", 1)]
    public void Prometheus_Listen_AnAddressWithoutTls(string listen, int faults) =>
        Assert.That(new PrometheusOptions { Listen = listen }.Faults().ToList(), Has.Count.EqualTo(faults));

    [TestCase(0, 1)]
    [TestCase(1, 0)]
    [TestCase(4000, 1)]
    public void Metrics_StoreInterval_SecondsToAnHour(int seconds, int faults) =>
        Assert.That(new MetricsOptions { StoreInterval = TimeSpan.FromSeconds(seconds) }.Faults().ToList(), Has.Count.EqualTo(faults));

    [TestCase("grpc", "https://collector:4317/", OtlpExportProtocol.Grpc)]
    [TestCase("http", "https://collector:4317/v1/traces", OtlpExportProtocol.HttpProtobuf)]
    public void Target_Protocol_SaysWhereTracesGo(string protocol, string address, OtlpExportProtocol expected)
    {
        var exporter = new OtlpExporterOptions();

        new OtlpTarget(new OtlpOptions { Endpoint = "https://collector:4317", Protocol = protocol }).ConfigureTraces(exporter);

        Assert.That((exporter.Endpoint.AbsoluteUri, exporter.Protocol), Is.EqualTo((address, expected)));
    }

    [Test]
    public void Headers_OfAFile_AreEscaped()
    {
        using var folder = new ScratchFolder();
        var path = Write(folder, "authorization=Basic a=,b\n\nx-tenant = acme\n", Owner);

        Assert.That(OtlpHeadersFile.Read(path), Is.EqualTo("authorization=Basic%20a%3D%2Cb,x-tenant=acme"));
    }

    [TestCase("no header at all")]
    [TestCase("=geheim")]
    public void Headers_OfSomethingElse_RefusedWithoutRepeatingIt(string text)
    {
        using var folder = new ScratchFolder();
        var path = Write(folder, text, Owner);

        Assert.That(() => OtlpHeadersFile.Read(path), Throws.TypeOf<StartRefusedException>().With.Message.Not.Contains(text));
    }

    [Test]
    public void Headers_OpenToOthers_Refused()
    {
        using var folder = new ScratchFolder();
        var path = Write(folder, "a=b", Owner | UnixFileMode.OtherRead);

        Assert.That(() => OtlpHeadersFile.Read(path), Throws.TypeOf<StartRefusedException>());
    }

    private static string Write(ScratchFolder folder, string text, UnixFileMode mode)
    {
        var path = folder.File("headers");
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
        return path;
    }
}
