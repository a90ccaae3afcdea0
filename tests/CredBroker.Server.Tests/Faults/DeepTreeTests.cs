using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Faults;

/// <summary>A tree as deep as trees may be, ended from above by brokers that die on the way.</summary>
[TestFixture, Category("Fault"), Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class DeepTreeTests
{
    private const int Levels = 4;

    private CrashBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await CrashBench.StartAsync();

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
    }

    [TestCase("after-seal#1"), TestCase("after-seal#2"), TestCase("after-seal#5"), TestCase("after-revoke#2"), TestCase("after-finish#3")]
    public async Task EndingFromAbove_DiesOnTheWay_NothingOfTheTreeSurvives(string fault)
    {
        var first = await _bench.StartBrokerAsync();
        var root = await first.Calls.OpenAsync();
        var tree = new List<OpenedTask> { root };
        for (var parents = new List<OpenedTask> { root }; parents[0].Task.ParentId.Length == 0 || Depth(tree, parents[0]) < Levels - 1;)
        {
            var next = new List<OpenedTask>();
            foreach (var parent in parents)
                for (var i = 0; i < 2; i++) next.Add(await OpenBelowAsync(parent));
            tree.AddRange(next);
            parents = next;
        }

        var leases = new List<string>();
        foreach (var task in tree)
        {
            leases.Add((await task.IssueAsync()).Lease.Id);
            if (leases.Count % 3 == 0) leases.Add((await task.IssueAsync("scripted")).Lease.Id);
        }

        await first.KillAsync();
        var second = await _bench.StartBrokerAsync(fault);
        await DieAsync(second, () => root.At(second).EndAsync());

        var third = await _bench.StartBrokerAsync();
        root = root.At(third);
        foreach (var lease in leases) await root.UntilLeaseAsync(lease, LeaseState.Revoked, TimeSpan.FromSeconds(40));
        foreach (var task in tree)
        {
            await Eventually.IsTrueAsync(async () => (await root.ReadAsync(task.Id)).State == TaskState.Ended, $"{task.Id} has ended", TimeSpan.FromSeconds(40));
            await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => task.At(third).IssueAsync());
            if (task != tree[0]) Assert.That((await root.ReadAsync(task.Id)).EndReason, Is.EqualTo(V1.EndReason.ParentEnded));
        }

        Assert.That(_bench.Service.Credentials, Is.Empty);
    }

    /// <summary>Makes a call on which the broker dies, or soon after which it does.</summary>
    private static async Task DieAsync(BrokerProcess broker, Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException)
        {
            // The answer is lost.
        }

        await broker.WaitForEndAsync();
    }

    private static int Depth(List<OpenedTask> tree, OpenedTask task)
    {
        var depth = 0;
        for (var up = task.Task.ParentId; up.Length > 0; up = tree.First(one => one.Id == up).Task.ParentId) depth++;
        return depth;
    }

    private static Task<OpenedTask> OpenBelowAsync(OpenedTask parent)
    {
        var request = parent.Calls.OpenRequest();
        request.ParentTaskToken = parent.Token;
        foreach (var template in new[] { "orders-api", "scripted" })
            request.Delegation.Add(new Delegation { Template = template, Capabilities = { Capability.Read, Capability.Delegate } });
        return parent.Calls.OpenAsync(request);
    }
}
