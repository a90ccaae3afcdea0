using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using CredBroker.Client.Internal;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client;

/// <summary>
/// A task: what an agent is doing now. Every credential belongs to one and dies with it. Heartbeats go out in the background while it is
/// open. Disposing it ends it; so does the exit of the process, by SIGINT and SIGTERM too; and if the process is killed, the broker misses
/// its heartbeats.
/// </summary>
[JsonConverter(typeof(RefusingJsonConverter<BrokerTask>))]
[DebuggerDisplay("{ToString(),nq}")]
public sealed class BrokerTask : IAsyncDisposable
{
    private static readonly AsyncLocal<BrokerTask?> Ambient = new();

    private readonly TaskSession _session;
    private readonly TaskLifetime _lifetime;
    private readonly CredentialCache _shared;

    internal BrokerTask(TaskSession session, TaskLifetime lifetime, Wire.AgentTask task)
    {
        _session = session;
        _lifetime = lifetime;
        _shared = new CredentialCache(request => LeasedCredential.IssueAsync(session, request, CancellationToken.None));
        Id = task.Id;
        Purpose = task.Purpose;
        Subject = task.Workload?.Subject ?? "";
        Tenant = task.Workload?.Tenant ?? "";
        Deadline = task.Deadline.ToInstant();
        HeartbeatInterval = task.HeartbeatInterval?.ToTimeSpan();
    }

    /// <summary>The task that is current in this flow of control, if <see cref="MakeCurrent"/> made one so.</summary>
    public static BrokerTask? Current => Ambient.Value;

    /// <summary>The task's id, <c>tsk_…</c>.</summary>
    public string Id { get; }

    /// <summary>What it is for.</summary>
    public string Purpose { get; }

    /// <summary>What the broker found this process to be, such as <c>spiffe://acme.test/agent/quickstart</c>.</summary>
    public string Subject { get; }

    /// <summary>The tenant that it works for.</summary>
    public string Tenant { get; }

    /// <summary>When the task ends at the latest, by the broker's clock.</summary>
    public DateTimeOffset Deadline { get; }

    /// <summary>Within how much time the broker wants a sign of life; null = it did not say.</summary>
    public TimeSpan? HeartbeatInterval { get; }

    /// <summary>Fires once the task is over: because it was ended here, or because the broker said so. Stop the work when it does.</summary>
    public CancellationToken Ended => _session.Ended;

    /// <summary>Gets a credential for one purpose. It renews itself while the task lives.</summary>
    /// <param name="template">The name that the platform team gave it, such as <c>orders-api</c>.</param>
    /// <param name="capability">What it is wanted for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BrokerRefusedException">The broker said no.</exception>
    /// <exception cref="ApprovalPendingException">People have to agree first.</exception>
    /// <exception cref="BrokerUnavailableException">The broker did not answer in time.</exception>
    public Task<LeasedCredential> IssueAsync(string template, Capability capability = Capability.Read, CancellationToken cancellationToken = default) =>
        IssueAsync(new CredentialRequest(template) { Capabilities = [capability] }, cancellationToken);

    /// <summary>Gets a credential.</summary>
    /// <exception cref="BrokerRefusedException">The broker said no.</exception>
    /// <exception cref="ApprovalPendingException">People have to agree first.</exception>
    /// <exception cref="BrokerUnavailableException">The broker did not answer in time.</exception>
    public Task<LeasedCredential> IssueAsync(CredentialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Template);
        return LeasedCredential.IssueAsync(_session, request, cancellationToken);
    }

    /// <summary>One lease of this task or of a task below it.</summary>
    /// <exception cref="BrokerRefusedException">There is none of that id here (<c>LEASE_NOT_FOUND</c>).</exception>
    public async Task<LeaseInfo> GetLeaseAsync(string leaseId, CancellationToken cancellationToken = default)
    {
        var answer = await _session.CallAsync(
            _session.Connection.Leases.GetLeaseAsync, new Wire.GetLeaseRequest { LeaseId = leaseId }, cancellationToken);
        return answer.Lease.ToInfo();
    }

    /// <summary>The leases of this task and of the tasks below it, oldest first.</summary>
    /// <param name="states">Only those in one of these states; none = all that the broker remembers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<LeaseInfo> ListLeasesAsync(
        IReadOnlyList<LeaseState>? states = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new Wire.ListLeasesRequest();
        request.States.AddRange((states ?? []).Select(s => (Wire.LeaseState)s));
        do
        {
            var page = await _session.CallAsync(_session.Connection.Leases.ListLeasesAsync, request, cancellationToken);
            foreach (var lease in page.Leases) yield return lease.ToInfo();
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Tells the broker now that the work goes on. Only a task that was joined needs this; one that was opened here does it by itself.</summary>
    /// <returns>When the next sign of life is due, by the broker's clock.</returns>
    /// <exception cref="BrokerRefusedException">The task is over (<c>TASK_ENDED</c>).</exception>
    public async Task<DateTimeOffset> HeartbeatAsync(CancellationToken cancellationToken = default)
    {
        var answer = await _session.HeartbeatAsync(withEvidence: false, cancellationToken);
        return answer.HeartbeatDeadline.ToInstant();
    }

    /// <summary>
    /// Notes that the work failed, so that the end says so: leaving the block by an exception cannot be seen from within it. Without it, the
    /// outcome is <c>completed</c>.
    /// </summary>
    /// <param name="reason">What went wrong, in words that may be kept; never a secret.</param>
    public void Fail(string reason) => _lifetime.Fail(reason);

    /// <summary>Ends the task: nothing more is issued, and everything issued is revoked. May be called again, for a later receipt.</summary>
    /// <param name="outcome">How it ended; null = <c>completed</c>, or what <see cref="Fail"/> said.</param>
    /// <param name="wait">How long the broker may wait until every revocation is confirmed, at most 60 s; null = it does not wait.</param>
    /// <param name="cancellationToken">Gives up; the task is then ended all the same, or dies without heartbeats.</param>
    /// <exception cref="BrokerUnavailableException">The broker did not answer; the task dies when it misses its heartbeats.</exception>
    public Task<TaskReceipt> EndAsync(string? outcome = null, TimeSpan? wait = null, CancellationToken cancellationToken = default) =>
        _lifetime.EndAsync(outcome, wait, cancellationToken);

    /// <summary>
    /// Hands the task over: from now on neither disposal nor the exit of this process ends it, and no more heartbeats are sent. Whoever gets
    /// the token (<see cref="ICredBroker.JoinTaskAsync"/>) has to do both.
    /// </summary>
    /// <returns>The task token: a secret that is worth everything the task may have.</returns>
    public string Detach()
    {
        _lifetime.Release();
        return _session.RevealToken();
    }

    /// <summary>
    /// Makes this the <see cref="Current"/> task of this flow of control, and of everything that it starts, until the result is disposed.
    /// HTTP clients with <c>AddCredBrokerToken</c> then use it.
    /// </summary>
    public IDisposable MakeCurrent()
    {
        var before = Ambient.Value;
        Ambient.Value = this;
        return new Restoration(before);
    }

    /// <summary>Ends the task as well as that can be done within 5 seconds, and never throws: a broker that misses it misses the heartbeats too.</summary>
    public ValueTask DisposeAsync() => _lifetime.DisposeAsync();

    /// <summary>The task without its token.</summary>
    public override string ToString() => $"{Id} ({Purpose})";

    /// <summary>A credential that is shared by whoever asks this task for the same.</summary>
    internal Task<LeasedCredential> GetSharedAsync(CredentialRequest request, CancellationToken cancellationToken) =>
        _shared.GetAsync(request, cancellationToken);

    private sealed class Restoration(BrokerTask? before) : IDisposable
    {
        public void Dispose() => Ambient.Value = before;
    }
}
