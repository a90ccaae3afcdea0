using CredBroker.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;

namespace CredBroker.Testing.Broker;

/// <summary>The services of a running broker, as plain calls without any SDK in between.</summary>
public sealed class BrokerCalls : IDisposable
{
    private readonly BrokerSite _site;
    private readonly GrpcChannel _channel;

    public BrokerCalls(BrokerSite site)
    {
        _site = site;
        var endpoints = site.ReadEndpoints();
        _channel = GrpcChannel.ForAddress(endpoints["grpc"], new GrpcChannelOptions { MaxSendMessageSize = null });
        Http = new HttpClient { BaseAddress = endpoints["http"] };
        Tasks = new TaskService.TaskServiceClient(_channel);
        Credentials = new CredentialService.CredentialServiceClient(_channel);
        Leases = new LeaseService.LeaseServiceClient(_channel);
        Feed = new RevocationFeedService.RevocationFeedServiceClient(_channel);
        Governance = new GovernanceService.GovernanceServiceClient(_channel);
    }

    public HttpClient Http { get; }

    public TaskService.TaskServiceClient Tasks { get; }

    public CredentialService.CredentialServiceClient Credentials { get; }

    public LeaseService.LeaseServiceClient Leases { get; }

    public RevocationFeedService.RevocationFeedServiceClient Feed { get; }

    public GovernanceService.GovernanceServiceClient Governance { get; }

    public ChannelBase Channel => _channel;

    /// <summary>The header that presents a task token.</summary>
    public static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    /// <summary>A workload that nobody else is.</summary>
    public static string SomeAgent(string kind = "agent") => $"{kind}/{Guid.NewGuid():n}";

    /// <summary>A request for a task that is good in every respect.</summary>
    public OpenTaskRequest OpenRequest(string? workload = null) => new()
    {
        Evidence = _site.EvidenceOf(workload ?? SomeAgent()),
        Purpose = "reconcile-invoices",
        Intent = "match March invoices to payments",
    };

    /// <summary>Opens a task.</summary>
    public async Task<OpenedTask> OpenAsync(OpenTaskRequest? request = null)
    {
        var opened = await Tasks.OpenTaskAsync(request ?? OpenRequest());
        return new OpenedTask(this, opened.Task, opened.TaskToken);
    }

    /// <summary>Opens a task for a workload.</summary>
    public Task<OpenedTask> OpenAsync(string workload, TimeSpan? heartbeat = null, TimeSpan? maxDuration = null)
    {
        var request = OpenRequest(workload);
        request.HeartbeatInterval = heartbeat is { } interval ? Duration.FromTimeSpan(interval) : null;
        request.MaxDuration = maxDuration is { } max ? Duration.FromTimeSpan(max) : null;
        return OpenAsync(request);
    }

    public void Dispose()
    {
        Http.Dispose();
        _channel.Dispose();
    }
}
