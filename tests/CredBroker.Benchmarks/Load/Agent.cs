using CredBroker.Benchmarks.Processes;
using CredBroker.Protocol.V1;
using Grpc.Core;

namespace CredBroker.Benchmarks.Load;

/// <summary>An agent with an open task.</summary>
internal sealed class Agent
{
    private static readonly IssueRequest Request = RequestFor(BenchCatalogue.Template);
    private readonly CredentialService.CredentialServiceClient _credentials;
    private readonly TaskService.TaskServiceClient _tasks;
    private readonly LeaseService.LeaseServiceClient _leases;
    private readonly Metadata _headers;

    private Agent(BrokerProcess broker, string token)
    {
        _credentials = new CredentialService.CredentialServiceClient(broker.Channel);
        _tasks = new TaskService.TaskServiceClient(broker.Channel);
        _leases = new LeaseService.LeaseServiceClient(broker.Channel);
        _headers = new Metadata { { "authorization", $"Bearer {token}" } };
    }

    public static async Task<Agent> OpenAsync(BrokerProcess broker, string evidence)
    {
        var opened = await new TaskService.TaskServiceClient(broker.Channel).OpenTaskAsync(new OpenTaskRequest
        {
            Evidence = new Evidence { Attestor = "spiffe_jwt", Payload = Google.Protobuf.ByteString.CopyFromUtf8(evidence) },
            Purpose = "reconcile-invoices",
            Intent = "match March invoices to payments",
        });
        return new Agent(broker, opened.TaskToken);
    }

    /// <summary>One agent for each caller, each a workload of its own.</summary>
    public static Task<Agent[]> OpenManyAsync(BrokerStack stack, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(number => OpenAsync(stack.Broker, stack.AgentEvidence(number))));

    public async Task<IssueResponse> IssueAsync() => await _credentials.IssueAsync(Request, _headers);

    public async Task<IssueResponse> IssueAsync(string template) => await _credentials.IssueAsync(RequestFor(template), _headers);

    public async Task<IssueResponse> IssueBriefAsync() => await _credentials.IssueAsync(RequestFor(BenchCatalogue.BriefTemplate), _headers);

    public async Task<TaskReceipt> EndAsync() => (await _tasks.EndTaskAsync(new EndTaskRequest(), _headers)).Receipt;

    /// <summary>Every lease of the task, ended ones too.</summary>
    public async Task<IReadOnlyList<Lease>> ListLeasesAsync()
    {
        var all = new List<Lease>();
        for (var page = ""; ;)
        {
            var answer = await _leases.ListLeasesAsync(new ListLeasesRequest { PageSize = 500, PageToken = page }, _headers);
            all.AddRange(answer.Leases);
            page = answer.NextPageToken;
            if (page.Length == 0) return all;
        }
    }

    private static IssueRequest RequestFor(string template) => new() { Template = template, Capabilities = { Capability.Read } };
}
