using CredBroker.Leases;
using CredBroker.Tasks;
using CredBroker.Templates;
using CredBroker.Tokens;

namespace CredBroker.Backends;

/// <summary>Access tokens that the broker signs itself. Their revocation is the lease's own transition, told by the feed.</summary>
public sealed class TokenBackend(IAccessTokenMinter minter) : ICredentialBackend
{
    /// <inheritdoc/>
    public string Name => BackendNames.Token;

    /// <inheritdoc/>
    public BackendOffer Describe(Template template, Capabilities capabilities)
    {
        var backend = (TokenTemplateBackend)template.Backend;
        // Instant for services on the feed; a receipt may promise only what holds for every verifier of the audience.
        return new BackendOffer(Revocability.Bounded, backend.Audience, TokenScopes.Of(backend, capabilities));
    }

    /// <inheritdoc/>
    public ValueTask<Credential> MintAsync(Lease lease, AgentTask task, DateTimeOffset issuedAt, CancellationToken cancellationToken)
    {
        var terms = lease.Terms;
        var value = minter.Mint(new AccessTokenClaims
        {
            LeaseId = lease.Id,
            Generation = lease.Generation,
            TaskId = task.Id,
            Ancestors = task.Ancestors,
            Subject = task.Subject,
            ClientId = task.Subject,
            Audience = terms.Audience!,
            Scopes = terms.Scopes,
            Capabilities = terms.Capabilities,
            Purpose = task.Purpose,
            Intent = task.Intent,
            Target = terms.Target,
            IssuedAt = issuedAt,
            ExpiresAt = lease.ExpiresAt,
            TransactionId = task.TransactionId,
            PolicyVersion = terms.PolicyVersion,
            EvidenceDigest = task.EvidenceDigest,
            Labels = terms.Labels,
        });
        return ValueTask.FromResult<Credential>(new AccessTokenCredential(
            value, terms.Audience!, string.Join(' ', terms.Scopes), lease.ExpiresAt, terms.Revocability));
    }
}
