using CredBroker.Server.Tests.Access;
using CredBroker.Tasks;
using Google.Rpc;
using Grpc.Core;

namespace CredBroker.Server.Tests.Attestation.Limits;

/// <summary>What is kept of callers who have neither evidence nor a token.</summary>
[TestFixture, Category("Server")]
public sealed class StrangerTests
{
    private const int Many = 40;
    private const string Words = "words-of-a-stranger";

    [Test]
    public async Task Calls_WithATokenThatNobodyGave_KeepNothingOfTheRequest()
    {
        await using var broker = await OperatedBroker.StartAsync();
        var token = TaskToken.New(TaskId.New(0, TimeProvider.System.GetUtcNow())).Reveal();

        Assert.That(await ReasonOf(() => broker.IssueAsync(token, Words)), Is.EqualTo("TASK_TOKEN_INVALID"));
        Assert.That(await ReasonOf(() => broker.IssueAsync(token, string.Concat(Enumerable.Repeat(Words, 500)))), Is.EqualTo("INVALID_REQUEST"));

        var audit = await broker.ReadAuditAsync();
        Assert.That(audit.Split("\"refused\"").Length - 1, Is.EqualTo(2));
        Assert.That(audit, Does.Not.Contain(Words));
    }

    [TestCase("rubbish")]
    [TestCase(null)]
    public async Task Calls_WithoutAGoodToken_FillTheTrailNoFasterThanTheirAddressMay(string? text)
    {
        await using var broker = await OperatedBroker.StartAsync(("Attestation:Limits:PerAddress", "1"), ("Attestation:Limits:PerAddressBurst", "3"));
        var token = text ?? TaskToken.New(TaskId.New(0, TimeProvider.System.GetUtcNow())).Reveal();
        var start = TimeProvider.System.GetTimestamp();

        var reasons = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => ReasonOf(() => broker.IssueAsync(token, "orders-api"))));

        var refused = reasons.Count(reason => reason == "TASK_TOKEN_INVALID");
        Assert.That(refused, Is.InRange(3, 4 + (int)TimeProvider.System.GetElapsedTime(start).TotalSeconds));
        Assert.That(reasons.Count(reason => reason == "RATE_LIMITED"), Is.EqualTo(Many - refused));
        Assert.That((await broker.ReadAuditAsync()).Split("\"refused\"").Length - 1, Is.EqualTo(refused));
    }

    [Test]
    public async Task Calls_ThatAreNoMessage_CountedByTheirAddress()
    {
        await using var broker = await OperatedBroker.StartAsync(("Attestation:Limits:PerAddress", "1"), ("Attestation:Limits:PerAddressBurst", "3"));
        var bytes = Marshallers.Create<byte[]>(message => message, message => message);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "credbroker.v1.CredentialService", "Issue", bytes, bytes);
        var calls = broker.Channel.CreateCallInvoker();

        var reasons = await Task.WhenAll(Enumerable.Range(0, Many).Select(
            _ => ReasonOf(() => calls.AsyncUnaryCall(method, null, new CallOptions(), [0xff, 0xff, 0xff]).ResponseAsync)));

        Assert.That(reasons.Distinct().Order(), Is.EqualTo(new[] { "INVALID_REQUEST", "RATE_LIMITED" }));
        Assert.That(await broker.ReadAuditAsync(), Does.Not.Contain("\"refused\""));
    }

    private static async Task<string> ReasonOf<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
            return "";
        }
        catch (RpcException refused)
        {
            return refused.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason;
        }
    }
}
