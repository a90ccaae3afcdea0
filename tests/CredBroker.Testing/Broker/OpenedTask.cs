using CredBroker.Protocol.V1;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Testing.Broker;

/// <summary>An open task and what its agent does most.</summary>
public sealed record OpenedTask(BrokerCalls Calls, AgentTask Task, string Token)
{
    public string Id => Task.Id;

    public Metadata Auth => BrokerCalls.Bearer(Token);

    /// <summary>The same task as another broker sees it.</summary>
    public OpenedTask At(BrokerProcess broker) => this with { Calls = broker.Calls };

    public async Task<IssueResponse.Types.Issued> IssueAsync(IssueRequest request)
    {
        var response = await Calls.Credentials.IssueAsync(request, Auth);
        return response.Issued;
    }

    public Task<IssueResponse.Types.Issued> IssueAsync(string template = "orders-api", TimeSpan? ttl = null, string key = "") => IssueAsync(new IssueRequest
    {
        Template = template,
        Ttl = ttl is { } wanted ? Duration.FromTimeSpan(wanted) : null,
        IdempotencyKey = key,
    });

    public async Task<Lease> GetLeaseAsync(string id) => (await Calls.Leases.GetLeaseAsync(new GetLeaseRequest { LeaseId = id }, Auth)).Lease;

    public async Task<IReadOnlyList<Lease>> ListLeasesAsync(ListLeasesRequest? request = null) =>
        (await Calls.Leases.ListLeasesAsync(request ?? new ListLeasesRequest(), Auth)).Leases;

    public async Task<TaskReceipt> EndAsync(string outcome = "succeeded", string taskId = "") =>
        (await Calls.Tasks.EndTaskAsync(new EndTaskRequest { TaskId = taskId, Outcome = outcome }, Auth)).Receipt;

    public async Task<AgentTask> ReadAsync(string taskId = "") => (await Calls.Tasks.GetTaskAsync(new GetTaskRequest { TaskId = taskId }, Auth)).Task;

    /// <summary>Waits until a lease has come to a state.</summary>
    public Task UntilLeaseAsync(string id, LeaseState state, TimeSpan? atMost = null) =>
        Eventually.IsTrueAsync(async () => (await GetLeaseAsync(id)).State == state, $"lease {id} is {state}", atMost);

    /// <summary>Never the token.</summary>
    public override string ToString() => Id;
}
