using CredBroker.Leases;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Backends;

/// <summary>
/// Makes and revokes one kind of credential. The lease is durable before anything is called here, and each handle is
/// durable before the next call, so whatever was begun can be undone by another broker.
/// </summary>
public interface ICredentialBackend
{
    /// <summary>The name by which templates ask for it.</summary>
    string Name { get; }

    /// <summary>What it would make, without making it.</summary>
    BackendOffer Describe(Template template, Capabilities capabilities);

    /// <summary>Prepares what the credential will hang on.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.BackendUnavailable"/>; nothing that would be left has been made.</exception>
    ValueTask<Reservation> ReserveAsync(Lease lease, Template template, CancellationToken cancellationToken);

    /// <summary>Makes the credential of a recorded lease. It is called soon after the handle was recorded, and begins at once or not at all.</summary>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.BackendUnavailable"/>: it may or may not have been made, unless <see cref="RefusedException.MadeNothing"/>.
    /// </exception>
    ValueTask<Minted> MintAsync(Lease lease, Reservation reservation, AgentTask task, DateTimeOffset issuedAt, CancellationToken cancellationToken);

    /// <summary>Lets a credential live longer, before its record says so; returns how long from now it really will, which may be less than asked for.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.BackendUnavailable"/> or <see cref="ErrorReason.LeaseNotRenewable"/>.</exception>
    ValueTask<TimeSpan> ExtendAsync(Lease lease, TimeSpan ttl, CancellationToken cancellationToken);

    /// <summary>The credential of a lease whose renewal is recorded; null where the old one simply lives on.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.BackendUnavailable"/>.</exception>
    ValueTask<Credential?> RenewAsync(Lease lease, AgentTask task, DateTimeOffset renewedAt, CancellationToken cancellationToken);

    /// <summary>Revokes whatever the lease's handle stands for. Asked twice it does no harm. Does not throw for what the backend says.</summary>
    ValueTask<BackendRevocation> RevokeAsync(Lease lease, IHandleRecord record, CancellationToken cancellationToken);
}
