using System.Diagnostics;
using System.Runtime.InteropServices;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Grpc.Core;

namespace CredBroker.Tests.Samples;

/// <summary>The sample agent as the process that the demo runs.</summary>
[TestFixture, Category("Unit")]
public sealed class QuickStartTests
{
    private FakeBroker _broker = null!;
    private string _evidence = "";

    [SetUp]
    public async Task StartAsync()
    {
        _broker = await FakeBroker.StartAsync();
        _evidence = Path.GetTempFileName();
        await File.WriteAllTextAsync(_evidence, "the-svid");
        _broker.Ledger.TtlOf["orders-api-brief"] = TimeSpan.FromSeconds(1);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _broker.DisposeAsync();
        File.Delete(_evidence);
    }

    [Test]
    public async Task QuickStart_AllGoesWell_TellsEachStepAndNoToken()
    {
        await using var orders = await FakeOrdersApi.StartAsync(_broker, hearsOfRevocation: true);
        var (code, output, error) = await RunAsync(orders.Address);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Multiple(() =>
        {
            Assert.That(error, Is.Empty);
            Assert.That(code, Is.Zero);
            Assert.That(lines, Has.Length.EqualTo(8));
            Assert.That(lines[0], Is.EqualTo("attested as spiffe://acme.test/agent/quickstart (tenant payments)"));
            Assert.That(lines[1], Does.Match("^task opened tsk_[0-9a-zA-Z]+ for \"reconcile-invoices\"$"));
            Assert.That(lines[2], Does.Match("^lease issued lse_[0-9a-zA-Z]+ from orders-api, good for 2m$"));
            Assert.That(lines[3], Is.EqualTo("orders API answered 200 (3 orders)"));
            Assert.That(lines[4], Does.Match("^lease issued lse_[0-9a-zA-Z]+ from orders-api-brief, good for 1s$"));
            Assert.That(lines[5], Does.Match("^lease lse_[0-9a-zA-Z]+ left alone died at its TTL$"));
            Assert.That(lines[6], Is.EqualTo("task ended: 2 leases, 2 confirmed dead, 0 pending"));
            Assert.That(lines[7], Does.Match("^the same token was answered 401 \\(revoked\\), [0-9]+ ms after the task ended$"));
            Assert.That(_broker.Ledger.Values.Any(output.Contains), Is.False);
        });
    }

    [Test]
    public async Task QuickStart_ServiceDoesNotHearOfTheEnd_FailsAndSaysSo()
    {
        await using var orders = await FakeOrdersApi.StartAsync(_broker, hearsOfRevocation: false);
        var (code, _, error) = await RunAsync(orders.Address);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Is.EqualTo($"quickstart: the token still works 5 s after its task ended.{Environment.NewLine}"));
    }

    [Test]
    public async Task QuickStart_TokenWouldExpireAnyway_FailsBecauseItProvesNothing()
    {
        _broker.Ledger.TtlOf["orders-api"] = TimeSpan.FromSeconds(9);
        await using var orders = await FakeOrdersApi.StartAsync(_broker, hearsOfRevocation: true);
        var (code, _, error) = await RunAsync(orders.Address);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("proves nothing"));
    }

    [Test]
    public async Task QuickStart_Refused_FailsInOneLineAndEndsTheTask()
    {
        _broker.FailNext("Issue", Refusal.Of(StatusCode.PermissionDenied, "POLICY_DENIED", "No."));
        await using var orders = await FakeOrdersApi.StartAsync(_broker, hearsOfRevocation: true);
        var (code, _, error) = await RunAsync(orders.Address);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Is.EqualTo($"quickstart: refused: POLICY_DENIED: No.{Environment.NewLine}"));
        Assert.That(_broker.Requests<EndTaskRequest>().Single().Outcome, Does.StartWith("failed: "));
    }

    [TestCase(2), TestCase(15), Platform(Exclude = "Win")]
    public async Task QuickStart_KilledBySignal_EndsItsTaskFirst(int signal)
    {
        _broker.Ledger.TtlOf["orders-api-brief"] = TimeSpan.FromMinutes(1);
        await using var orders = await FakeOrdersApi.StartAsync(_broker, hearsOfRevocation: true);
        using var process = Start(orders.Address);
        await Until.TrueAsync(() => _broker.Requests<GetLeaseRequest>().Count > 3);
        Assert.That(Kill(process.Id, signal), Is.Zero);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.EqualTo(128 + signal));
        Assert.That(_broker.Requests<EndTaskRequest>().Single().Outcome, Is.EqualTo("process exited"));
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(string ordersApi)
    {
        using var process = Start(ordersApi);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    private Process Start(string ordersApi)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "QuickStart.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CREDBROKER_ADDRESS"] = _broker.Address;
        start.Environment["CREDBROKER_EVIDENCE_FILE"] = _evidence;
        start.Environment["ORDERS_API_URL"] = ordersApi;
        return Process.Start(start)!;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
