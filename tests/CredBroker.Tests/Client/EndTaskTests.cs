using CredBroker.Client;
using CredBroker.Protocol.V1;
using Grpc.Core;

namespace CredBroker.Tests.Client;

[TestFixture, Category("Unit")]
public sealed class EndTaskTests
{
    [Test]
    public async Task Dispose_OfAnOpenTask_EndsItAsCompleted()
    {
        await using var bench = await BrokerBench.StartAsync();
        string token;
        await using (var task = await bench.OpenAsync()) token = (await task.IssueAsync("orders-api")).Token;
        Assert.That(bench.Broker.Requests<EndTaskRequest>().Single().Outcome, Is.EqualTo("completed"));
        Assert.That(bench.Broker.Ledger.IsLive(token), Is.False);
    }

    [Test]
    public async Task Dispose_AfterFail_SaysWhatFailed()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using (var task = await bench.OpenAsync()) task.Fail("no invoices for March");
        Assert.That(bench.Broker.Requests<EndTaskRequest>().Single().Outcome, Is.EqualTo("failed: no invoices for March"));
    }

    [Test]
    public async Task Dispose_WhenTheBlockThrows_EndsTheTaskAndKeepsTheException()
    {
        await using var bench = await BrokerBench.StartAsync();
        await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await using var task = await bench.OpenAsync();
            throw new FormatException("the agent's own");
        });
        Assert.That(bench.CountOf("EndTask"), Is.EqualTo(1));
    }

    [Test]
    public async Task Dispose_WhenTheBrokerIsGone_DoesNotThrow()
    {
        await using var bench = await BrokerBench.StartAsync();
        var task = await bench.OpenAsync();
        bench.Broker.FailNext("EndTask", new RpcException(new Grpc.Core.Status(StatusCode.Internal, "")), 2);
        await task.DisposeAsync();
        Assert.That(bench.CountOf("EndTask"), Is.EqualTo(1));
    }

    [Test]
    public async Task EndAsync_Always_GivesTheReceipt()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        var receipt = await task.EndAsync("succeeded", TimeSpan.FromSeconds(5));
        Assert.Multiple(() =>
        {
            Assert.That(receipt.TaskId, Is.EqualTo(task.Id));
            Assert.That(receipt.Total, Is.EqualTo(1));
            Assert.That(receipt.Confirmed, Is.EqualTo(1));
            Assert.That(receipt.Leases.Single().LeaseId, Is.EqualTo(credential.LeaseId));
            Assert.That(receipt.Leases.Single().State, Is.EqualTo(CredBroker.Client.LeaseState.Revoked));
            Assert.That(receipt.Leases.Single().ConfirmedAt, Is.EqualTo(bench.Time.GetUtcNow()));
            Assert.That(task.Ended.IsCancellationRequested, Is.True);
        });
        var request = bench.Broker.Requests<EndTaskRequest>().Single();
        Assert.That(request.Outcome, Is.EqualTo("succeeded"));
        Assert.That(request.Wait.ToTimeSpan(), Is.EqualTo(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task Dispose_AfterEnd_AsksNothingMore()
    {
        await using var bench = await BrokerBench.StartAsync();
        var task = await bench.OpenAsync();
        await task.EndAsync();
        await task.DisposeAsync();
        await task.DisposeAsync();
        Assert.That(bench.CountOf("EndTask"), Is.EqualTo(1));
    }

    [Test]
    public async Task Dispose_AfterAnEndThatFailed_TriesAgain()
    {
        await using var bench = await BrokerBench.StartAsync();
        var task = await bench.OpenAsync();
        bench.Broker.FailNext("EndTask", new RpcException(new Grpc.Core.Status(StatusCode.Internal, "")));
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => task.EndAsync());
        await task.DisposeAsync();
        Assert.That(bench.CountOf("EndTask"), Is.EqualTo(2));
    }

    [Test]
    public async Task Dispose_OfADetachedTask_LeavesItOpen()
    {
        await using var bench = await BrokerBench.StartAsync();
        var task = await bench.OpenAsync();
        task.Detach();
        await task.DisposeAsync();
        await bench.Client.DisposeAsync();
        Assert.That(bench.CountOf("EndTask"), Is.Zero);
    }

    [Test]
    public async Task Dispose_OfAJoinedTask_LeavesItOpen()
    {
        await using var bench = await BrokerBench.StartAsync();
        var token = (await bench.OpenAsync()).Detach();
        var joined = await bench.Client.JoinTaskAsync(token);
        await joined.DisposeAsync();
        Assert.That(bench.CountOf("EndTask"), Is.Zero);
    }

    [Test]
    public async Task Dispose_OfTheClient_EndsWhatIsOpen()
    {
        await using var bench = await BrokerBench.StartAsync();
        await bench.OpenAsync();
        await bench.OpenAsync();
        await bench.Client.DisposeAsync();
        Assert.That(bench.CountOf("EndTask"), Is.EqualTo(2));
    }
}
