using System.Collections.Concurrent;
using CredBroker.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Testing.Replicas;

/// <summary>An agent with a task of its own, which remembers each lease that was acknowledged to it.</summary>
public sealed class LoadedAgent
{
    private static readonly TimeSpan BriefTtl = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, bool> _acknowledged = new(StringComparer.Ordinal);
    private readonly CredentialService.CredentialServiceClient _credentials;
    private readonly TaskService.TaskServiceClient _tasks;
    private readonly LeaseService.LeaseServiceClient _leases;
    private readonly Metadata _headers;

    private LoadedAgent(ChannelBase channel, string token)
    {
        _credentials = new CredentialService.CredentialServiceClient(channel);
        _tasks = new TaskService.TaskServiceClient(channel);
        _leases = new LeaseService.LeaseServiceClient(channel);
        _headers = new Metadata { { "authorization", $"Bearer {token}" } };
    }

    /// <summary>The ids of the leases that were acknowledged, and whether each is a brief one.</summary>
    public IReadOnlyDictionary<string, bool> Acknowledged => _acknowledged;

    /// <summary>Opens a task.</summary>
    public static async Task<LoadedAgent> OpenAsync(ChannelBase channel, Evidence evidence)
    {
        var opened = await new TaskService.TaskServiceClient(channel).OpenTaskAsync(
            new OpenTaskRequest { Evidence = evidence, Purpose = "load", TaskRef = $"load-{Guid.NewGuid():n}" }, deadline: Deadline());
        return new LoadedAgent(channel, opened.TaskToken);
    }

    /// <summary>Gets a lease, for a few seconds or for minutes.</summary>
    public async Task IssueAsync(bool brief)
    {
        var request = new IssueRequest { Template = brief ? "orders-brief" : "orders-api", IdempotencyKey = $"{Guid.NewGuid():n}" };
        if (brief) request.Ttl = Duration.FromTimeSpan(BriefTtl);
        var issued = (await _credentials.IssueAsync(request, _headers, Deadline())).Issued;
        _acknowledged[issued.Lease.Id] = brief;
    }

    /// <summary>Says that the agent is at work.</summary>
    public async Task BeatAsync() => await _tasks.HeartbeatAsync(new HeartbeatRequest(), _headers, Deadline());

    /// <summary>Every lease of the task that the brokers remember.</summary>
    public async Task<IReadOnlyList<Lease>> ListAsync()
    {
        var all = new List<Lease>();
        for (var page = ""; ;)
        {
            var answer = await _leases.ListLeasesAsync(new ListLeasesRequest { PageSize = 1000, PageToken = page }, _headers, Deadline());
            all.AddRange(answer.Leases);
            if ((page = answer.NextPageToken).Length == 0) return all;
        }
    }

    /// <summary>Ends the task, and waits until all of it is confirmed.</summary>
    public async Task<TaskReceipt> EndAsync() =>
        (await _tasks.EndTaskAsync(new EndTaskRequest { Wait = Duration.FromTimeSpan(TimeSpan.FromSeconds(30)) }, _headers, Deadline())).Receipt;

    private static DateTime Deadline() => (TimeProvider.System.GetUtcNow() + Patience).UtcDateTime;
}
