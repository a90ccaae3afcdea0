using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Internal;

/// <summary>Gets credentials for one request of one task: the first one, the same lease renewed, or a new lease where the old one cannot go on.</summary>
internal sealed class LeaseIssuer
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly TaskSession _session;
    private readonly CredentialRequest _request;
    private string? _approvalId;

    public LeaseIssuer(TaskSession session, CredentialRequest request)
    {
        _session = session;
        _request = request;
        _approvalId = request.ApprovalId;
    }

    private BrokerConnection Broker => _session.Connection;

    /// <summary>Whether the latest lease was issued because people have agreed to it.</summary>
    public bool IsApproved { get; private set; }

    /// <summary>Issues one. Where people have to agree first, it comes back with their approval for as long as the request says, each time under the same key.</summary>
    public async Task<LeaseValue> IssueAsync(CancellationToken cancellationToken)
    {
        var wire = new Wire.IssueRequest
        {
            Template = _request.Template,
            Ttl = _request.Ttl?.ToDuration(),
            IdempotencyKey = $"{Guid.NewGuid():N}",
            Justification = _request.Justification,
            ApprovalId = _approvalId ?? "",
        };
        wire.Capabilities.AddRange(_request.Capabilities.Select(c => (Wire.Capability)c));
        var began = _session.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var asked = _session.Time.GetUtcNow();
            var answer = await _session.CallAsync(Broker.Credentials.IssueAsync, wire, cancellationToken);
            if (answer.PendingApproval is not { } pending) return Issued(answer, asked, isApproved: wire.ApprovalId.Length > 0);
            if (_request.WaitForApproval is not { } patience || _session.Time.GetElapsedTime(began) + pause > patience)
                throw new ApprovalPendingException(pending.ApprovalId, [.. pending.Groups], pending.LapsesAt?.ToDateTimeOffset());
            wire.ApprovalId = pending.ApprovalId;
            await Task.Delay(pause, _session.Time, cancellationToken);
        }
    }

    private LeaseValue Issued(Wire.IssueResponse answer, DateTimeOffset asked, bool isApproved)
    {
        if (answer.Issued is not { Lease: not null, Credential: not null } issued)
            throw new BrokerUnavailableException("The broker's answer holds no credential.");
        _approvalId = null;
        IsApproved = isApproved;
        // The broker's clock read `issued_at` no earlier than we asked, so this makes us believe in an earlier end, never in a later one.
        var offset = issued.Lease.IssuedAt is { } at ? at.ToDateTimeOffset() - asked : TimeSpan.Zero;
        return Value(issued.Lease, issued.Credential, offset, _session.Time.GetUtcNow());
    }

    /// <summary>The same lease with more time, or a new lease where the old one may not or cannot be renewed.</summary>
    public async Task<LeaseValue> RenewAsync(LeaseValue current, CancellationToken cancellationToken)
    {
        if (!current.Renewable) return await IssueAsync(cancellationToken);
        try
        {
            var wire = new Wire.RenewRequest { LeaseId = current.LeaseId, Ttl = _request.Ttl?.ToDuration() };
            var answer = await _session.CallAsync(Broker.Credentials.RenewAsync, wire, cancellationToken);
            return Renewed(current, answer);
        }
        catch (BrokerRefusedException e) when (e.Reason is "MAX_TTL_REACHED" or "LEASE_NOT_RENEWABLE" or "LEASE_NOT_FOUND")
        {
            return await IssueAsync(cancellationToken);
        }
    }

    public async Task ReleaseAsync(LeaseValue current, CancellationToken cancellationToken) =>
        await _session.CallAsync(Broker.Credentials.ReleaseAsync, new Wire.ReleaseRequest { LeaseId = current.LeaseId }, cancellationToken);

    private LeaseValue Renewed(LeaseValue current, Wire.RenewResponse answer)
    {
        var now = _session.Time.GetUtcNow();
        if (answer.Credential is { KindCase: not Wire.Credential.KindOneofCase.None } fresh)
            return Value(answer.Lease, fresh, current.ClockOffset, now);
        return new LeaseValue
        {
            LeaseId = current.LeaseId,
            Token = current.Token,
            TokenType = current.TokenType,
            Audience = current.Audience,
            Scope = current.Scope,
            Secret = current.Secret,
            Renewable = answer.Lease.Renewable,
            Revocability = current.Revocability,
            ExpiresAt = answer.Lease.ExpiresAt.ToInstant(),
            ClockOffset = current.ClockOffset,
            ReceivedAt = now,
        };
    }

    private static LeaseValue Value(Wire.Lease lease, Wire.Credential credential, TimeSpan offset, DateTimeOffset now) => new()
    {
        LeaseId = lease.Id,
        Token = credential.AccessToken?.Value,
        TokenType = credential.AccessToken?.TokenType is { Length: > 0 } type ? type : "Bearer",
        Audience = credential.AccessToken?.Audience ?? "",
        Scope = credential.AccessToken?.Scope ?? "",
        Secret = credential.Secret is { } secret ? new Dictionary<string, string>(secret.Values) : new Dictionary<string, string>(),
        Renewable = lease.Renewable,
        Revocability = (Revocability)credential.Revocability,
        ExpiresAt = (credential.ExpiresAt ?? lease.ExpiresAt).ToInstant(),
        ClockOffset = offset,
        ReceivedAt = now,
    };
}
