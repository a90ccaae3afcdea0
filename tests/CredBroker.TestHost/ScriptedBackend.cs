using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.TestHost;

/// <summary>Makes credentials at a <see cref="ScriptedService"/>.</summary>
internal sealed class ScriptedBackend(ScriptedService service) : ICredentialBackend
{
    public const string BackendName = "scripted";

    public string Name => BackendName;

    public BackendOffer Describe(Template template, Capabilities capabilities) => new(Revocability.Instant, Audience: null, Scopes: []);

    public ValueTask<Reservation> ReserveAsync(Lease lease, Template template, CancellationToken cancellationToken)
    {
        RequireUp();
        return ValueTask.FromResult(new Reservation(service.Reserve()));
    }

    public async ValueTask<Minted> MintAsync(
        Lease lease, Reservation reservation, AgentTask task, DateTimeOffset issuedAt, CancellationToken cancellationToken)
    {
        await service.WaitWhileHeldAsync(ScriptedService.Mint, cancellationToken);
        RequireUp();
        var password = service.MakeCredential(lease.BackendHandle!);
        var secret = new Dictionary<string, string> { ["username"] = lease.BackendHandle!, ["password"] = password };
        return new Minted(new SecretCredential(secret, lease.ExpiresAt, Revocability.Instant));
    }

    public ValueTask<TimeSpan> ExtendAsync(Lease lease, TimeSpan ttl, CancellationToken cancellationToken) => ValueTask.FromResult(ttl);

    public ValueTask<Credential?> RenewAsync(Lease lease, AgentTask task, DateTimeOffset renewedAt, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Credential?>(null);

    public async ValueTask<BackendRevocation> RevokeAsync(Lease lease, IHandleRecord record, CancellationToken cancellationToken)
    {
        if (service.IsDown) return BackendRevocation.Unavailable;
        if (lease.BackendHandle is not { } handle) return BackendRevocation.Confirmed;
        await service.WaitWhileHeldAsync(ScriptedService.Revoke, cancellationToken);
        await service.WaitWhileHeldAsync(ScriptedService.RevokeOf(handle), cancellationToken);
        service.RevokeHandle(handle);
        return BackendRevocation.Confirmed;
    }

    private void RequireUp()
    {
        if (service.IsDown)
            throw new RefusedException(ErrorReason.BackendUnavailable, "The scripted service is down.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }
}
