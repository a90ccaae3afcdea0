using CredBroker.Leases;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Backends;

/// <summary>Makes one kind of credential. The lease is durable before <see cref="MintAsync"/> is called.</summary>
public interface ICredentialBackend
{
    /// <summary>The name by which templates ask for it.</summary>
    string Name { get; }

    /// <summary>What it would make, without making it.</summary>
    BackendOffer Describe(Template template, Capabilities capabilities);

    /// <summary>Makes the credential of a recorded lease. The same lease and generation gives an equivalent credential.</summary>
    ValueTask<Credential> MintAsync(Lease lease, AgentTask task, DateTimeOffset issuedAt, CancellationToken cancellationToken);
}
