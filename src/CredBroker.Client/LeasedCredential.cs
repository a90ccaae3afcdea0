using System.Diagnostics;
using System.Text.Json.Serialization;
using CredBroker.Client.Internal;
using Microsoft.Extensions.Logging;

namespace CredBroker.Client;

/// <summary>
/// A credential that keeps itself good while its task lives: at two thirds of its life it is renewed, and where the broker allows no
/// more time, a new one is issued in its place. So read the value each time you need it, and do not keep it. It does not print and does
/// not serialise. Disposing it gives it back early; the end of the task does so anyway.
/// </summary>
[JsonConverter(typeof(RefusingJsonConverter<LeasedCredential>))]
[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class LeasedCredential : IAsyncDisposable
{
    private const string DpopType = "DPoP";
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenReplacements = TimeSpan.FromSeconds(5);

    private readonly TaskSession _session;
    private readonly LeaseIssuer _issuer;
    private readonly CredentialRequest _request;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stop;
    private volatile LeaseValue _current;
    private Task _renewal = Task.CompletedTask;
    private DateTimeOffset _replacedAt = DateTimeOffset.MinValue;
    private int _disposed;

    private LeasedCredential(TaskSession session, LeaseIssuer issuer, CredentialRequest request, LeaseValue first)
    {
        _session = session;
        _issuer = issuer;
        _request = request;
        _current = first;
        _logger = session.Connection.Loggers.CreateLogger<LeasedCredential>();
        _stop = CancellationTokenSource.CreateLinkedTokenSource(session.Ended);
    }

    /// <summary>The template that it was issued from.</summary>
    public string Template => _request.Template;

    /// <summary>The lease of the current value, <c>lse_…</c>. It changes when a new one had to be issued.</summary>
    public string LeaseId => _current.LeaseId;

    /// <summary>When the current value dies, by the broker's clock.</summary>
    public DateTimeOffset ExpiresAt => _current.ExpiresAt;

    /// <summary>How far a revocation reaches.</summary>
    public Revocability Revocability => _current.Revocability;

    /// <summary>True for a token, false for a secret of several parts.</summary>
    public bool IsToken => _current.Token is not null;

    /// <summary>The current token. Prefer <see cref="GetTokenAsync"/>, which never answers with one that has expired.</summary>
    /// <exception cref="InvalidOperationException">It is not a token.</exception>
    public string Token => _current.Token ?? throw new InvalidOperationException($"The template {Template} gives a secret, not a token: read Secret.");

    /// <summary>How the token is sent: <c>Bearer</c> or <c>DPoP</c>.</summary>
    public string TokenType => _current.TokenType;

    /// <summary>The service that the token is for; empty for a secret.</summary>
    public string Audience => _current.Audience;

    /// <summary>The token's scopes, separated by spaces; empty for a secret.</summary>
    public string Scope => _current.Scope;

    /// <summary>The parts of a secret, such as <c>username</c> and <c>password</c>; empty for a token.</summary>
    public IReadOnlyDictionary<string, string> Secret => _current.Secret;

    /// <summary>A token that has not expired. As a rule it is there at once; after an outage it is renewed first.</summary>
    /// <exception cref="InvalidOperationException">It is not a token, or it has expired and was not to be renewed.</exception>
    /// <exception cref="BrokerRefusedException">The task is over (<c>TASK_ENDED</c>), or it has expired and the broker refuses another.</exception>
    /// <exception cref="BrokerUnavailableException">It has expired, and the broker cannot be reached.</exception>
    public async ValueTask<string> GetTokenAsync(CancellationToken cancellationToken = default)
    {
        if (_session.Ended.IsCancellationRequested) throw new BrokerRefusedException("TASK_ENDED", $"Task {_session.TaskId} is over, and so is its credential.");
        if (HasExpired(_current)) await RenewIfExpiredAsync(cancellationToken);
        return Token;
    }

    /// <summary>
    /// Says that a service did not accept a token, and gets another by a new lease; the old one is given back. If the token has been replaced
    /// meanwhile, or was replaced less than 5 seconds ago, the answer is the current one: compare before you try again.
    /// </summary>
    /// <exception cref="BrokerException">The broker refuses another or cannot be reached.</exception>
    public async Task<string> ReplaceAsync(string refused, CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!string.Equals(Token, refused, StringComparison.Ordinal)) return Token;
            if (_session.Time.GetUtcNow() - _replacedAt < BetweenReplacements) return Token;
            await GiveBackAsync(cancellationToken);
            _current = await _issuer.IssueAsync(cancellationToken);
            _replacedAt = _session.Time.GetUtcNow();
            EnsureRenewal();
            return Token;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// A proof of possession for one request to a service (RFC 9449), to be sent in the header <c>DPoP</c> beside <c>Authorization: DPoP …</c>.
    /// It is good once. Null for a bearer token, which needs none. <c>AddCredBrokerToken</c> does this by itself.
    /// </summary>
    /// <param name="method">The HTTP method; <c>POST</c> for gRPC.</param>
    /// <param name="address">The address of the request.</param>
    /// <param name="token">The very token that is sent.</param>
    public string? ProveFor(string method, Uri address, string token) =>
        TokenType == DpopType ? _session.Connection.Key.Prove(method, address, token) : null;

    /// <summary>Takes the nonce that a service wants to see in the next proofs for it (the header <c>DPoP-Nonce</c>, RFC 9449 section 9).</summary>
    public void TakeNonce(Uri address, string nonce) => _session.Connection.Key.Take(address, nonce);

    /// <summary>Stops the renewal: the current value dies at <see cref="ExpiresAt"/>, or with the task.</summary>
    public void StopRenewing()
    {
        if (_disposed == 0) _stop.Cancel();
    }

    /// <summary>Gives the credential back: it is revoked now.</summary>
    /// <exception cref="BrokerException">The broker could not be told. The credential then dies with its task or at its expiry.</exception>
    public async Task ReleaseAsync(CancellationToken cancellationToken = default)
    {
        StopRenewing();
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await _issuer.ReleaseAsync(_current, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Gives the credential back as well as that can be done, and never throws: the end of the task sees to the rest.</summary>
    public async ValueTask DisposeAsync()
    {
        StopRenewing();
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        if (!_session.Ended.IsCancellationRequested) await GiveBackAsync(CancellationToken.None);
        await _renewal;
        _stop.Dispose();
    }

    /// <summary>The lease and its end, without the value.</summary>
    public override string ToString() => $"{Template} {LeaseId}, good until {ExpiresAt:u}, [redacted]";

    internal static async Task<LeasedCredential> IssueAsync(TaskSession session, CredentialRequest request, CancellationToken cancellationToken)
    {
        var issuer = new LeaseIssuer(session, request);
        var credential = new LeasedCredential(session, issuer, request, await issuer.IssueAsync(cancellationToken));
        credential.EnsureRenewal();
        return credential;
    }

    private bool HasExpired(LeaseValue value) => _session.Time.GetUtcNow() >= value.LocalExpiresAt;

    private void EnsureRenewal()
    {
        if (_request.AutoRenew && !_issuer.IsApproved && _disposed == 0 && !_stop.IsCancellationRequested && _renewal.IsCompleted) _renewal = RenewWhileAliveAsync();
    }

    private async Task RenewWhileAliveAsync()
    {
        var failures = 0;
        try
        {
            while (true)
            {
                var wait = failures == 0 ? _current.RenewAt - _session.Time.GetUtcNow() : TimeSpan.FromSeconds(Math.Min(failures, 15));
                await Task.Delay(wait > ShortestWait ? wait : ShortestWait, _session.Time, _stop.Token);
                try
                {
                    await RenewAsync(_current, _stop.Token);
                    failures = 0;
                }
                catch (BrokerException e) when (e is BrokerUnavailableException or EvidenceUnavailableException or BrokerRefusedException { IsTransient: true })
                {
                    NotRenewed(LeaseId, Template, e.Message);
                    failures++;
                }
            }
        }
        catch (BrokerException e)
        {
            // Asking again would get the same answer, and too many refusals put a task into quarantine.
            Refused(LeaseId, Template, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The task ended, or nobody wants the credential any more.
        }
    }

    private async Task RenewAsync(LeaseValue seen, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (ReferenceEquals(_current, seen)) _current = await _issuer.RenewAsync(seen, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task RenewIfExpiredAsync(CancellationToken cancellationToken)
    {
        if (!_request.AutoRenew || _issuer.IsApproved || _disposed == 1 || _stop.IsCancellationRequested)
            throw new InvalidOperationException($"The credential {LeaseId} has expired and was not to be renewed.");
        await RenewAsync(_current, cancellationToken);
        EnsureRenewal();
    }

    private async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _issuer.ReleaseAsync(_current, cancellationToken);
        }
        catch (BrokerException e)
        {
            NotGivenBack(LeaseId, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {LeaseId} of template {Template} was not renewed yet: {Reason}")]
    private partial void NotRenewed(string leaseId, string template, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {LeaseId} of template {Template} will not be renewed: {Reason}")]
    private partial void Refused(string leaseId, string template, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Lease {LeaseId} was not given back and dies later: {Reason}")]
    private partial void NotGivenBack(string leaseId, string reason);
}
