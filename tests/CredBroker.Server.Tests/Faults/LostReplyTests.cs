using CredBroker.Leases;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Server.Tests.Faults;

/// <summary>The store has done what it was asked, and its answer is lost: nobody may take it for undone.</summary>
[TestFixture, Category("Fault")]
internal sealed class LostReplyTests
{
    private OwnStore _store = null!;
    private DeafLeaseStore _leases = null!;
    private InProcessBroker _broker = null!;
    private OpenedTask _task = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _store = await OwnStore.StartAsync();
        _broker = await InProcessBroker.StartAsync(_store.Site, Deafen);
        _task = await _broker.Calls.OpenAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
    }

    [Test]
    public async Task Issue_AnswerToTheRecordIsLost_TheLeaseKeepsItsPlace()
    {
        _leases.IsDeafToBegin = true;
        await Refused.WithAsync(StatusCode.Unavailable, "STORE_UNAVAILABLE", () => _task.IssueAsync("orders-scarce"));
        _leases.IsDeafToBegin = false;

        Assert.That((await _task.ListLeasesAsync()).Single().State, Is.EqualTo(Protocol.V1.LeaseState.Active));
        await Refused.WithAsync(StatusCode.ResourceExhausted, "QUOTA_EXCEEDED", () => _task.IssueAsync("orders-scarce"));
    }

    [Test]
    public async Task Issue_AnswerToTheRecordIsLost_TheRetryGetsThatLease()
    {
        _leases.IsDeafToBegin = true;
        await Refused.WithAsync(StatusCode.Unavailable, "STORE_UNAVAILABLE", () => _task.IssueAsync("orders-scarce", key: "attempt-1"));
        _leases.IsDeafToBegin = false;
        var recorded = (await _task.ListLeasesAsync()).Single().Id;

        Assert.That((await _task.IssueAsync("orders-scarce", key: "attempt-1")).Lease.Id, Is.EqualTo(recorded));
    }

    private void Deafen(WebApplicationBuilder builder) => builder.Host.ConfigureContainer<IServiceCollection>((_, services) =>
    {
        var inner = services.Last(service => service.ServiceType == typeof(ILeaseStore));
        services.Remove(inner);
        services.AddSingleton<ILeaseStore>(
            provider => _leases = new DeafLeaseStore((ILeaseStore)ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!)));
    });
}
