using System.Diagnostics;
using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Server.Backends;

/// <summary>A backend whose calls are measured.</summary>
internal sealed class MeasuredBackend(ICredentialBackend backend, BackendMetrics metrics) : ICredentialBackend
{
    public string Name => backend.Name;

    public BackendOffer Describe(Template template, Capabilities capabilities) => backend.Describe(template, capabilities);

    public ValueTask<Reservation> ReserveAsync(Lease lease, Template template, CancellationToken cancellationToken) =>
        MeasureAsync("reserve", Stopwatch.GetTimestamp(), backend.ReserveAsync(lease, template, cancellationToken));

    public ValueTask<Minted> MintAsync(
        Lease lease, Reservation reservation, AgentTask task, DateTimeOffset issuedAt, CancellationToken cancellationToken) =>
        MeasureAsync("mint", Stopwatch.GetTimestamp(), backend.MintAsync(lease, reservation, task, issuedAt, cancellationToken));

    public ValueTask<TimeSpan> ExtendAsync(Lease lease, TimeSpan ttl, CancellationToken cancellationToken) =>
        MeasureAsync("extend", Stopwatch.GetTimestamp(), backend.ExtendAsync(lease, ttl, cancellationToken));

    public ValueTask<Credential?> RenewAsync(Lease lease, AgentTask task, DateTimeOffset renewedAt, CancellationToken cancellationToken) =>
        MeasureAsync("renew", Stopwatch.GetTimestamp(), backend.RenewAsync(lease, task, renewedAt, cancellationToken));

    public ValueTask<BackendRevocation> RevokeAsync(Lease lease, IHandleRecord record, CancellationToken cancellationToken) =>
        MeasureAsync("revoke", Stopwatch.GetTimestamp(), backend.RevokeAsync(lease, record, cancellationToken));

    private async ValueTask<T> MeasureAsync<T>(string operation, long since, ValueTask<T> call)
    {
        try
        {
            var answer = await call;
            metrics.Called(Name, operation, since, fault: null);
            return answer;
        }
        catch (Exception fault)
        {
            metrics.Called(Name, operation, since, fault);
            throw;
        }
    }
}
