using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;
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
        await Refused.WithAsync(
            StatusCode.PermissionDenied, "POLICY_DENIED",
            () => OpenChildAsync(child, new Delegation { Template = "orders-api", MaxTtl = Duration.FromTimeSpan(TimeSpan.FromMinutes(2)) }));
    }

    [Test]
    public async Task OpenTask_NoTtlPassedDown_InheritsTheParents()
    {
        var parent = await OpenChildAsync(await Calls.OpenAsync(), Onward(TimeSpan.FromMinutes(1)));
        var child = await OpenChildAsync(parent, Onward(ttl: null));

        var issued = (await child.IssueAsync(ttl: TimeSpan.FromMinutes(9))).Lease;

        Assert.That((issued.MaxExpiresAt - issued.IssuedAt).ToTimeSpan(), Is.EqualTo(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task OpenTask_SameTemplateTwice_Refused()
    {
        var request = Calls.OpenRequest();
        request.ParentTaskToken = (await Calls.OpenAsync()).Token;
        request.Delegation.Add(OrdersRead);
        request.Delegation.Add(new Delegation { Template = "orders-api", Capabilities = { Capability.Write } });

        var refusal = await Refused.WithAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", () => Calls.OpenAsync(request));

        Assert.That(refusal.Status.Detail, Does.Contain("delegation"));
    }

    [Test]
    public async Task OpenTask_SameRefUnderAnotherParent_IsAnotherTask()
    {
        var workload = BrokerCalls.SomeAgent();
        var (first, second) = (await Calls.OpenAsync(), await Calls.OpenAsync());
        var child = await OpenNamedAsync(first, workload, "step-1", OrdersRead);

        Assert.That((await OpenNamedAsync(second, workload, "step-1", OrdersRead)).Task.ParentId, Is.EqualTo(second.Id));
        Assert.That((await OpenNamedAsync(first, workload, "step-1", OrdersRead)).Id, Is.EqualTo(child.Id));
        await Refused.WithAsync(
            StatusCode.AlreadyExists, "TASK_EXISTS",
            () => OpenNamedAsync(first, workload, "step-1", new Delegation { Template = "orders-api", Capabilities = { Capability.Write } }));
        await first.EndAsync();
        await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => OpenNamedAsync(first, workload, "step-1", OrdersRead));
    }

    [Test]
    public async Task OpenTask_ParentHasToBeAttestedAgain_HandsNothingDown()
    {
        var parent = await Calls.OpenAsync(BrokerCalls.SomeAgent("hasty"));
        // Twice the time for which the rule of such agents takes their evidence.
        var over = parent.Task.OpenedAt.ToDateTimeOffset() + TimeSpan.FromSeconds(4);
        await Eventually.IsTrueAsync(() => TimeProvider.System.GetUtcNow() > over, "its attestation has ended");

        await Refused.WithAsync(StatusCode.Unauthenticated, "ATTESTATION_EXPIRED", () => OpenChildAsync(parent, OrdersRead));
    }

    [Test]
    public async Task AuthorizeToolCall_ByAChild_NoFartherThanItsCeiling()
    {
        var root = await Calls.OpenAsync();
        var child = await OpenChildAsync(root, OrdersRead);

        Assert.That(await MayCallAsync(root, Capability.Write, "the web"), Is.True);
        Assert.That(await MayCallAsync(child, Capability.Read, "orders-api"), Is.True);
        Assert.That(await MayCallAsync(child, Capability.Write, "orders-api"), Is.False);
        Assert.That(await MayCallAsync(child, Capability.Read, "invoices-api"), Is.False);
        Assert.That(await MayCallAsync(child, Capability.Read, "the web"), Is.False);
    }

    [Test]
    public async Task Token_OfAGrandchild_NamesPrincipalChainAndTransaction()
    {
        var root = await Calls.OpenAsync();
        var child = await OpenChildAsync(root, Onward(ttl: null));
        var grandchild = await OpenChildAsync(child, OrdersRead);

        var token = new JsonWebToken((await grandchild.IssueAsync()).Credential.AccessToken.Value);

        var act = JsonNode.Parse(token.GetPayloadValue<object>("act").ToString()!)!;
        Assert.Multiple(() =>
        {
            Assert.That(token.Subject, Is.EqualTo(root.Task.Workload.Subject));
            Assert.That(token.GetPayloadValue<string>("client_id"), Is.EqualTo(grandchild.Task.Workload.Subject));
            Assert.That((string?)act["sub"], Is.EqualTo(grandchild.Task.Workload.Subject));
            Assert.That((string?)act["act"]!["sub"], Is.EqualTo(child.Task.Workload.Subject));
            Assert.That(act["act"]!["act"], Is.Null);
            Assert.That(token.GetPayloadValue<string>("txn"), Is.EqualTo(root.Id));
        });
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

    private static async Task<bool> MayCallAsync(OpenedTask task, Capability capability, string target)
    {
        var answer = await task.Calls.Credentials.AuthorizeToolCallAsync(
            new AuthorizeToolCallRequest { Tool = "search", Capability = capability, Target = target }, task.Auth);
        return answer.Decision == AuthorizeToolCallResponse.Types.Decision.Allow;
    }

    private static Delegation Onward(TimeSpan? ttl) => new()
    {
        Template = "orders-api",
        Capabilities = { Capability.Read, Capability.Delegate },
        MaxTtl = ttl is { } max ? Duration.FromTimeSpan(max) : null,
    };

    private Task<OpenedTask> OpenNamedAsync(OpenedTask parent, string workload, string name, Delegation delegation)
    {
        var request = Calls.OpenRequest(workload);
        request.TaskRef = name;
        request.ParentTaskToken = parent.Token;
        request.Delegation.Add(delegation);
        return Calls.OpenAsync(request);
    }

    private Task<OpenedTask> OpenChildAsync(OpenedTask parent, Delegation delegation, string? workload = null)
    {
        var request = Calls.OpenRequest(workload);
        request.ParentTaskToken = parent.Token;
        request.Delegation.Add(delegation);
        return Calls.OpenAsync(request);
    }
}
