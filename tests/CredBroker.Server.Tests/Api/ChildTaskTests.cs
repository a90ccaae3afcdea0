using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Api;

[TestFixture, Category("Server")]
internal sealed class ChildTaskTests : ServerFixture
{
    private static readonly Delegation OrdersRead = new() { Template = "orders-api", Capabilities = { Capability.Read } };

    [Test]
    public async Task OpenTask_UnderAParent_IsItsChild()
    {
        var parent = await Calls.OpenAsync();

        var child = await OpenChildAsync(parent, OrdersRead);

        Assert.That(child.Task.ParentId, Is.EqualTo(parent.Id));
        Assert.That(child.Task.Deadline, Is.LessThanOrEqualTo(parent.Task.Deadline));
        Assert.That((await child.IssueAsync()).Lease.TaskId, Is.EqualTo(child.Id));
    }

    [Test]
    public async Task Issue_ByAChild_NeverMoreThanWasPassedDown()
    {
        var parent = await Calls.OpenAsync();
        var child = await OpenChildAsync(
            parent, new Delegation { Template = "orders-api", Capabilities = { Capability.Read }, MaxTtl = Duration.FromTimeSpan(TimeSpan.FromSeconds(30)) });

        var issued = await child.IssueAsync(ttl: TimeSpan.FromMinutes(10));

        Assert.That(issued.Lease.MaxExpiresAt - issued.Lease.IssuedAt, Is.EqualTo(Duration.FromTimeSpan(TimeSpan.FromSeconds(30))));
        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => child.IssueAsync("invoices-api"));
        await Refused.WithAsync(
            StatusCode.PermissionDenied, "POLICY_DENIED",
            () => child.IssueAsync(new IssueRequest { Template = "orders-api", Capabilities = { Capability.Read, Capability.Write } }));
    }

    [Test]
    public async Task OpenTask_PassingDownMoreThanThereIs_Refused()
    {
        var parent = await Calls.OpenAsync();
        var child = await OpenChildAsync(
            parent,
            new Delegation { Template = "orders-api", Capabilities = { Capability.Read, Capability.Delegate }, MaxTtl = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)) });

        await Refused.WithAsync(StatusCode.PermissionDenied, "CAPABILITY_NOT_OFFERED", () => OpenChildAsync(parent, new Delegation { Template = "orders-brief" }));
        await Refused.WithAsync(StatusCode.NotFound, "TEMPLATE_NOT_FOUND", () => OpenChildAsync(parent, new Delegation { Template = "nothing" }));
        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => OpenChildAsync(child, new Delegation { Template = "orders-api", Capabilities = { Capability.Write } }));
        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => OpenChildAsync(child, new Delegation { Template = "invoices-api" }));
        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => OpenChildAsync(child, OrdersRead));
    }

    [Test]
    public async Task OpenTask_ByAnotherTenantUnderAParent_Refused()
    {
        var parent = await Calls.OpenAsync();

        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => OpenChildAsync(parent, OrdersRead, BrokerCalls.SomeAgent("carrier")));
    }

    [Test]
    public async Task OpenTask_TreeTooDeep_Refused()
    {
        var task = await Calls.OpenAsync();
        var onward = new Delegation { Template = "orders-api", Capabilities = { Capability.Read, Capability.Delegate } };
        for (var depth = 2; depth <= 4; depth++) task = await OpenChildAsync(task, onward);

        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => OpenChildAsync(task, OrdersRead));
    }

    [Test]
    public async Task EndTask_Parent_EndsTheWholeTree()
    {
        var root = await Calls.OpenAsync();
        var child = await OpenChildAsync(root, new Delegation { Template = "orders-api", Capabilities = { Capability.Read, Capability.Delegate } });
        var grandchild = await OpenChildAsync(child, OrdersRead);
        string[] leases = [(await root.IssueAsync()).Lease.Id, (await child.IssueAsync()).Lease.Id, (await grandchild.IssueAsync()).Lease.Id];

        var receipt = await root.EndAsync();

        Assert.Multiple(() =>
        {
            Assert.That(receipt.ChildTasks, Is.EqualTo(2));
            Assert.That((receipt.Total, receipt.Confirmed), Is.EqualTo((3, 3)));
            Assert.That(receipt.Leases.Select(lease => lease.LeaseId), Is.EquivalentTo(leases));
        });
        await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => grandchild.IssueAsync());
        Assert.That((await grandchild.ReadAsync()).EndReason, Is.EqualTo(V1.EndReason.ParentEnded));
        Assert.That((await root.GetLeaseAsync(leases[2])).EndReason, Is.EqualTo(V1.EndReason.ParentEnded));
    }

    [Test]
    public async Task EndTask_Child_LeavesTheParentAlone()
    {
        var parent = await Calls.OpenAsync();
        var child = await OpenChildAsync(parent, OrdersRead);
        var lease = (await parent.IssueAsync()).Lease.Id;

        await child.EndAsync();

        Assert.That((await parent.GetLeaseAsync(lease)).State, Is.EqualTo(LeaseState.Active));
        Assert.That((await parent.ReadAsync()).State, Is.EqualTo(TaskState.Open));
    }

    [Test]
    public async Task ParentToken_ChildTask_MayLookAtItListItsLeasesAndEndIt()
    {
        var parent = await Calls.OpenAsync();
        var child = await OpenChildAsync(parent, OrdersRead);
        var lease = (await child.IssueAsync()).Lease.Id;

        Assert.That((await parent.ReadAsync(child.Id)).ParentId, Is.EqualTo(parent.Id));
        Assert.That((await parent.ListLeasesAsync()).Select(found => found.Id), Does.Contain(lease));
        Assert.That((await parent.GetLeaseAsync(lease)).TaskId, Is.EqualTo(child.Id));
        Assert.That((await parent.EndAsync(taskId: child.Id)).Confirmed, Is.EqualTo(1));
        await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => child.IssueAsync());
    }

    [TestCase(1)]
    [TestCase(100)]
    public async Task ListLeases_OfATree_OldestFirstAndOnlyWhatTheSelectorNames(int pageSize)
    {
        var parent = await Calls.OpenAsync();
        var child = await OpenChildAsync(parent, OrdersRead);
        string[] issued = [(await child.IssueAsync()).Lease.Id, (await parent.IssueAsync()).Lease.Id, (await child.IssueAsync()).Lease.Id];

        Assert.That(await ListAsync(parent, new LeaseSelector(), pageSize), Is.EqualTo(issued));
        Assert.That(await ListAsync(parent, new LeaseSelector { TaskId = child.Id }, pageSize), Is.EqualTo(new[] { issued[0], issued[2] }));
        Assert.That(await ListAsync(child, new LeaseSelector(), pageSize), Is.EqualTo(new[] { issued[0], issued[2] }));
        Assert.That(await ListAsync(child, new LeaseSelector { TaskId = parent.Id }, pageSize), Is.EqualTo(new[] { issued[0], issued[2] }));
    }

    [Test]
    public async Task OpenTask_UnderAnEndedParent_TaskEnded()
    {
        var parent = await Calls.OpenAsync();
        await parent.EndAsync();

        await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => OpenChildAsync(parent, OrdersRead));
    }

    private static async Task<IReadOnlyList<string>> ListAsync(OpenedTask task, LeaseSelector selector, int pageSize)
    {
        var request = new ListLeasesRequest { Selector = selector, PageSize = pageSize };
        var ids = new List<string>();
        do
        {
            var page = await task.Calls.Leases.ListLeasesAsync(request, task.Auth);
            ids.AddRange(page.Leases.Select(lease => lease.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return ids;
    }

    private Task<OpenedTask> OpenChildAsync(OpenedTask parent, Delegation delegation, string? workload = null)
    {
        var request = Calls.OpenRequest(workload);
        request.ParentTaskToken = parent.Token;
        request.Delegation.Add(delegation);
        return Calls.OpenAsync(request);
    }
}
