using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.TestHost;

/// <summary>A backend that dies after some of its steps.</summary>
internal sealed class CrashingBackend(ICredentialBackend inner, CrashPoint crash) : ICredentialBackend
{
    public string Name => inner.Name;

    public BackendOffer Describe(Template template, Capabilities capabilities) => inner.Describe(template, capabilities);

    public async ValueTask<Reservation> ReserveAsync(Lease lease, Template template, CancellationToken cancellationToken)
    {
        var reservation = await inner.ReserveAsync(lease, template, cancellationToken);
        crash.Reached("after-reserve");
        return reservation;
    }

    public async ValueTask<Minted> MintAsync(
        Lease lease, Reservation reservation, AgentTask task, DateTimeOffset issuedAt, CancellationToken cancellationToken)
    {
        var minted = await inner.MintAsync(lease, reservation, task, issuedAt, cancellationToken);
        crash.Reached("after-mint");
        return minted;
    }

    public async ValueTask<TimeSpan> ExtendAsync(Lease lease, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var granted = await inner.ExtendAsync(lease, ttl, cancellationToken);
        crash.Reached("after-extend");
        return granted;
    }

    public ValueTask<Credential?> RenewAsync(Lease lease, AgentTask task, DateTimeOffset renewedAt, CancellationToken cancellationToken) =>
        inner.RenewAsync(lease, task, renewedAt, cancellationToken);

    public async ValueTask<BackendRevocation> RevokeAsync(Lease lease, IHandleRecord record, CancellationToken cancellationToken)
    {
        var said = await inner.RevokeAsync(lease, record, cancellationToken);
        if (said == BackendRevocation.Confirmed) crash.Reached("after-backend-revoke");
        return said;
    }
}
