using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Server.Tests.Api;

/// <summary>A broker, an open task of it and a live lease of that, to be wrong with.</summary>
internal sealed class WrongCallContext(BrokerProcess broker, OpenedTask task, IssueResponse.Types.Issued issued)
{
    public BrokerProcess Broker => broker;

    public OpenedTask Task => task;

    public string Lease => issued.Lease.Id;

    public string AccessToken => issued.Credential.AccessToken.Value;

    public BrokerCalls Calls => Broker.Calls;

    public BrokerSite Site => Broker.Site;

    public Task OpenAsync(Action<OpenTaskRequest> spoil)
    {
        var request = Calls.OpenRequest();
        spoil(request);
        return Calls.Tasks.OpenTaskAsync(request).ResponseAsync;
    }

    public Task IssueAsync(Action<IssueRequest> spoil) => IssueAsync(Task.Auth, spoil);

    public Task IssueAsync(Metadata headers, Action<IssueRequest>? spoil = null)
    {
        var request = new IssueRequest { Template = "orders-api" };
        spoil?.Invoke(request);
        return Calls.Credentials.IssueAsync(request, headers).ResponseAsync;
    }

    public Task RenewAsync(string lease, Duration? ttl = null) =>
        Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = lease, Ttl = ttl }, Task.Auth).ResponseAsync;

    public Task ReleaseAsync(string lease) => Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = lease }, Task.Auth).ResponseAsync;

    public Task ListAsync(Action<ListLeasesRequest> spoil)
    {
        var request = new ListLeasesRequest { Selector = new LeaseSelector() };
        spoil(request);
        return Calls.Leases.ListLeasesAsync(request, Task.Auth).ResponseAsync;
    }

    public Task EndAsync(EndTaskRequest request) => Calls.Tasks.EndTaskAsync(request, Task.Auth).ResponseAsync;

    public Task BeatAsync(HeartbeatRequest request) => Calls.Tasks.HeartbeatAsync(request, Task.Auth).ResponseAsync;

    public async Task WatchAsync(WatchRevocationsRequest request)
    {
        await using var watch = new Watch(Calls.Feed.WatchRevocations(request));
        await watch.ToEndAsync();
    }
}
