using System.Net;
using CredBroker.Protocol.V1;
using CredBroker.Server.Hosting.Connections;
using CredBroker.Server.Tests.Access;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace CredBroker.Server.Tests.Attestation.Limits;

[TestFixture, Category("Server")]
public sealed class AttestationLimitTests
{
    private const int Many = 40;

    [Test]
    public async Task OpenTask_MoreThanAnAddressMay_IsRefusedBeforeAnythingIsLookedAt()
    {
        await using var broker = await OperatedBroker.StartAsync(("Attestation:Limits:PerAddress", "1"), ("Attestation:Limits:PerAddressBurst", "3"));
        var start = TimeProvider.System.GetTimestamp();

        var reasons = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => ReasonOf(broker, "rubbish")));

        var lookedAt = reasons.Count(reason => reason == "ATTESTATION_FAILED");
        Assert.That(lookedAt, Is.InRange(3, AtMost(3, start)));
        Assert.That(reasons.Count(reason => reason == "RATE_LIMITED"), Is.EqualTo(Many - lookedAt));
        Assert.That((await broker.ReadAuditAsync()).Split("\"refused\"").Length - 1, Is.EqualTo(lookedAt));
    }

    [Test]
    public async Task OpenTask_MoreThanASubjectMay_IsRefusedAndOthersAreNot()
    {
        await using var broker = await OperatedBroker.StartAsync(("Attestation:Limits:PerSubject", "1"), ("Attestation:Limits:PerSubjectBurst", "2"));
        var start = TimeProvider.System.GetTimestamp();

        var reasons = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => ReasonOf(broker, broker.Svid("payments/a"))));

        var opened = reasons.Count(reason => reason.Length == 0);
        Assert.That(opened, Is.InRange(2, AtMost(2, start)));
        Assert.That(reasons.Count(reason => reason == "RATE_LIMITED"), Is.EqualTo(Many - opened));
        await broker.OpenAsync("payments/b");
    }

    [Test]
    public async Task OtherCalls_OfAnAddressThatMayNotOpen_GoOn()
    {
        await using var broker = await OperatedBroker.StartAsync(("Attestation:Limits:PerAddress", "1"), ("Attestation:Limits:PerAddressBurst", "1"));
        var (task, token) = await broker.OpenAsync("payments/a");
        var reasons = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => ReasonOf(broker, "rubbish")));
        Assert.That(reasons, Does.Contain("RATE_LIMITED"));

        for (var i = 0; i < 10; i++) await broker.Tasks.HeartbeatAsync(new HeartbeatRequest { TaskId = task.Id }, OperatedBroker.Bearer(token));
    }

    [TestCase("PerAddress", "-1", "Attestation:Limits:PerAddress must be from 0 to 1000000.")]
    [TestCase("PerSubjectBurst", "0", "Attestation:Limits:PerSubjectBurst must be from 1 to 1000000.")]
    [TestCase("PerTenant", "1", "Attestation:Limits:PerTenant is not a setting")]
    public async Task Start_WrongSetting_IsRefused(string name, string value, string message)
    {
        var fault = await Assert.CatchAsync(async () =>
        {
            await using var broker = await OperatedBroker.StartAsync(($"Attestation:Limits:{name}", value));
        });

        Assert.That(fault!.Message, Does.Contain(message));
    }

    [TestCase("10.1.2.3", "10.1.2.3")]
    [TestCase("::ffff:10.1.2.3", "10.1.2.3")]
    [TestCase("2001:db8:1:2:3:4:5:6", "20010DB800010002")]
    [TestCase("2001:db8:1:2:ffff::1", "20010DB800010002")]
    [TestCase("2001:db8:1:3::1", "20010DB800010003")]
    public void KeyOf_Address_IsWhatOnePartyHas(string address, string key) =>
        Assert.That(NetworkAddress.KeyOf(IPAddress.Parse(address)), Is.EqualTo(key));

    private static int AtMost(int burst, long start) => burst + 1 + (int)TimeProvider.System.GetElapsedTime(start).TotalSeconds;

    /// <summary>Why a task was not opened; empty where it was.</summary>
    private static async Task<string> ReasonOf(OperatedBroker broker, string svid)
    {
        try
        {
            await broker.Tasks.OpenTaskAsync(new OpenTaskRequest
            {
                Evidence = new Evidence { Attestor = "spiffe_jwt", Payload = ByteString.CopyFromUtf8(svid) },
                Purpose = "test",
            });
            return "";
        }
        catch (RpcException refused)
        {
            var status = refused.GetRpcStatus()!;
            var reason = status.GetDetail<ErrorInfo>().Reason;
            if (reason == "RATE_LIMITED") Assert.That(status.GetDetail<RetryInfo>().RetryDelay.ToTimeSpan(), Is.GreaterThan(TimeSpan.Zero));
            return reason;
        }
    }
}
