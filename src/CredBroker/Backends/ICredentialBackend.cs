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

    /// <summary>Prepares what the credential will hang on, and returns the handle that undoes it; null where nothing needs preparing.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.BackendUnavailable"/>.</exception>
    ValueTask<string?> ReserveAsync(Lease lease, Template template, CancellationToken cancellationToken);

    /// <summary>Makes the credential of a recorded lease.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.BackendUnavailable"/>: it may or may not have been made.</exception>
    ValueTask<Minted> MintAsync(Lease lease, AgentTask task, DateTimeOffset issuedAt, CancellationToken cancellationToken);

    /// <summary>Makes a renewed lease's credential last as long as the lease; null where the old one simply lives on.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.BackendUnavailable"/>.</exception>
    ValueTask<Credential?> RenewAsync(Lease lease, AgentTask task, DateTimeOffset renewedAt, CancellationToken cancellationToken);

    /// <summary>Revokes whatever the lease's handle stands for. Asked twice it does no harm. Does not throw for what the backend says.</summary>
    ValueTask<BackendRevocation> RevokeAsync(Lease lease, CancellationToken cancellationToken);
}
