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
    public ValueTask<Reservation> ReserveAsync(Lease lease, Template template, CancellationToken cancellationToken) => ValueTask.FromResult(Reservation.None);

    /// <inheritdoc/>
    public ValueTask<Minted> MintAsync(
        Lease lease, Reservation reservation, AgentTask task, DateTimeOffset issuedAt, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new Minted(Sign(lease, task, issuedAt)));

    /// <inheritdoc/>
    public ValueTask<TimeSpan> ExtendAsync(Lease lease, TimeSpan ttl, CancellationToken cancellationToken) => ValueTask.FromResult(ttl);

    /// <inheritdoc/>
    public ValueTask<Credential?> RenewAsync(Lease lease, AgentTask task, DateTimeOffset renewedAt, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Credential?>(Sign(lease, task, renewedAt));

    /// <inheritdoc/>
    public ValueTask<BackendRevocation> RevokeAsync(Lease lease, IHandleRecord record, CancellationToken cancellationToken) =>
        ValueTask.FromResult(BackendRevocation.Confirmed);

    private AccessTokenCredential Sign(Lease lease, AgentTask task, DateTimeOffset issuedAt)
    {
        var terms = lease.Terms;
        var key = terms.IsBoundToTaskKey ? task.Key ?? throw new InvalidOperationException("The task is bound to no key.") : terms.BoundTo;
        var value = minter.Mint(new AccessTokenClaims
        {
            LeaseId = lease.Id,
            Generation = lease.Generation,
            TaskId = task.Id,
            // A child acts for the workload whose root task it works for, and the rest of the chain stands between.
            Subject = task.AncestorSubjects.Count > 0 ? task.AncestorSubjects[^1] : task.Subject,
            Actors = task.AncestorSubjects.Count > 0 ? [task.Subject, .. task.AncestorSubjects.SkipLast(1)] : [],
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
            Key = key,
        });
        return new AccessTokenCredential(value, terms.Audience!, string.Join(' ', terms.Scopes), lease.ExpiresAt, terms.Revocability) { Key = key };
    }
}
