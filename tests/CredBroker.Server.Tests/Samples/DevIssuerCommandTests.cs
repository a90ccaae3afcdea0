using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using DevIssuer;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Samples;

[Category("Unit")]
public sealed class DevIssuerCommandTests
{
    private const string Workload = "spiffe://acme.test/agent/x";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private string _folder = "";

    private string SvidFile => Path.Combine(_folder, "svid.jwt");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("devissuer-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    [Platform(Exclude = "Win", Reason = "File modes are Unix's."), UnsupportedOSPlatform("windows")]
    public async Task Init_NewFolder_KeepsTheKeyToItsOwnerAndNoKeyInTheBundle()
    {
        await Run(0, "init", "--trust-domain", "acme.test", "--out", _folder);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.GetUnixFileMode(Path.Combine(_folder, "issuer.json")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            var key = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "bundle.json")))!["keys"]!.AsArray().Single()!.AsObject();
            Assert.That(string.Join(' ', key.Select(member => member.Key).Order(StringComparer.Ordinal)), Is.EqualTo("crv kid kty use x y"));
        }
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "File modes are Unix's."), UnsupportedOSPlatform("windows")]
    public async Task Issue_ToFile_WritesOneWholeFileForItsOwner()
    {
        await Init();
        await Issue(0, "--out", SvidFile);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.GetUnixFileMode(SvidFile), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That((await File.ReadAllTextAsync(SvidFile)).Split('.'), Has.Length.EqualTo(3));
            Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(3));
        }
    }

    [Test]
    public async Task Issue_NoFile_Prints()
    {
        await Init();

        var (output, _) = await Issue(0);

        Assert.That(output.Trim().Split('.'), Has.Length.EqualTo(3));
    }

    [TestCase("--ttl", "0s")]
    [TestCase("--ttl", "25h")]
    [TestCase("--ttl", "-5m")]
    [TestCase("--ttl", "soon")]
    [TestCase("--ttl", "2147483648h")]
    [TestCase("--out", "/nonexistent/svid")]
    [TestCase("--bogus", "1")]
    [TestCase("--audience", "")]
    [TestCase("--subject", "spiffe://other.test/x")]
    [TestCase("--subject", "spiffe://acme.test/")]
    [TestCase("--subject", "spiffe://acme.test/a//b")]
    [TestCase("--subject", "spiffe://acme.test/a/../b")]
    [TestCase("--subject", "spiffe://acme.test/a b")]
    public async Task Issue_WrongOption_SaysOneLineAndEndsWith2(string option, string value)
    {
        await Init();
        List<string> arguments = ["issue", "--dir", _folder, "--subject", Workload, "--audience", "credbroker"];
        var at = arguments.IndexOf(option);
        if (at < 0) arguments.AddRange([option, value]);
        else arguments[at + 1] = value;

        var (output, error) = await Run(2, [.. arguments]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(output, Is.Empty);
            Assert.That(error, Does.StartWith("devissuer: ").And.EndWith(Environment.NewLine));
            Assert.That(error.Trim(), Does.Not.Contain('\n'));
        }
    }

    [Test]
    public async Task Init_FolderHoldsOne_RefusesAndLeavesIt()
    {
        await Init();
        var before = await File.ReadAllTextAsync(Path.Combine(_folder, "bundle.json"));

        var (_, error) = await Run(2, "init", "--trust-domain", "acme.test", "--out", _folder);

        Assert.That(error, Does.Contain("holds a trust domain already"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(_folder, "bundle.json")), Is.EqualTo(before));
    }

    [TestCase("{}")]
    [TestCase("{\"trust_domain\":\"acme.test\",\"private_key\":\"x\"}")]
    [TestCase("not JSON")]
    public async Task Issue_IssuerFileBroken_SaysSo(string text)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "issuer.json"), text);

        var (_, error) = await Issue(2);

        Assert.That(error, Does.Contain("is not what 'devissuer init' writes"));
    }

    [Test]
    public async Task Serve_HalfTheTtlGone_RewritesAndEndsWhenCancelled()
    {
        await Init();
        using var stop = new CancellationTokenSource();
        using var output = new LineCounter();
        var serving = DevIssuerCommand.RunAsync(
            ["serve", "--dir", _folder, "--subject", Workload, "--audience", "credbroker", "--ttl", "10m", "--out", SvidFile],
            output, TextWriter.Null, _time, stop.Token);
        Assert.That(await output.NextLine(TimeSpan.FromSeconds(30)), Is.True);
        var first = await File.ReadAllTextAsync(SvidFile);

        // The line comes just before the wait begins, so the clock is moved until the wait has seen it.
        var rewritten = false;
        for (var tries = 0; tries < 600 && !rewritten; tries++)
        {
            _time.Advance(TimeSpan.FromMinutes(5));
            rewritten = await output.NextLine(TimeSpan.FromMilliseconds(50));
        }

        Assert.That(rewritten, Is.True);
        Assert.That(await File.ReadAllTextAsync(SvidFile), Is.Not.EqualTo(first));
        await stop.CancelAsync();
        Assert.That(await serving.WaitAsync(TimeSpan.FromSeconds(30)), Is.Zero);
    }

    private Task<(string Output, string Error)> Init() => Run(0, "init", "--trust-domain", "acme.test", "--out", _folder);

    private Task<(string Output, string Error)> Issue(int code, params string[] more) =>
        Run(code, ["issue", "--dir", _folder, "--subject", Workload, "--audience", "credbroker", .. more]);

    private async Task<(string Output, string Error)> Run(int code, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.That(await DevIssuerCommand.RunAsync(arguments, output, error, _time), Is.EqualTo(code), error.ToString());
        return (output.ToString(), error.ToString());
    }

    private sealed class LineCounter : StringWriter
    {
        private readonly SemaphoreSlim _written = new(0);

        public override Task WriteLineAsync(string? value)
        {
            _written.Release();
            return Task.CompletedTask;
        }

        public Task<bool> NextLine(TimeSpan atMost) => _written.WaitAsync(atMost);

        protected override void Dispose(bool disposing)
        {
            _written.Dispose();
            base.Dispose(disposing);
        }
    }
}
