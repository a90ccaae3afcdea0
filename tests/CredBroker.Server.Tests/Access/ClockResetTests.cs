using System.Text.Json;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using Grpc.Core;

namespace CredBroker.Server.Tests.Access;

/// <summary>The command that lets a store with a mended clock issue again.</summary>
[TestFixture, Category("Server")]
internal sealed class ClockResetTests
{
    [Test]
    public async Task ResetClock_ByAPlatformAdmin_DoneAndOnRecord()
    {
        await using var broker = await OperatedBroker.StartAsync();

        var reset = await broker.Governance.ResetClockAsync(new ResetClockRequest { Reason = "NTP is mended" }, await AdminAsync(broker));

        Assert.That(reset.StoreTime.ToDateTimeOffset(), Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromMinutes(1)));
        var line = (await broker.ReadAuditAsync()).Split('\n').Single(line => line.Contains("clock_reset_allowed", StringComparison.Ordinal));
        Assert.That(line, Does.Contain("NTP is mended"));
    }

    [TestCase(""), TestCase(" ")]
    public async Task ResetClock_NoReason_Refused(string reason)
    {
        await using var broker = await OperatedBroker.StartAsync();
        var admin = await AdminAsync(broker);

        await Refused.WithAsync(
            StatusCode.InvalidArgument, "INVALID_REQUEST", () => broker.Governance.ResetClockAsync(new ResetClockRequest { Reason = reason }, admin).ResponseAsync);
        Assert.That(await broker.ReadAuditAsync(), Does.Not.Contain("clock_reset_allowed"));
    }

    private static async Task<Metadata> AdminAsync(OperatedBroker broker) => OperatedBroker.Bearer(
        JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(broker.DataFile("operators.json")))!["platform-admin"]);
}
