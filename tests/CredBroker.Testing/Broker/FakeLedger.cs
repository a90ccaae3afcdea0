using System.Globalization;
using CredBroker.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Testing.Broker;

/// <summary>
/// The tasks and leases of a <see cref="FakeBroker"/>. Templates whose name ends in <c>-db</c> give a secret, all others a token. A token that
/// begins with <c>op-</c> is an operator's, and sees everything.
/// </summary>
public sealed class FakeLedger(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, AgentTask> _tasks = [];
    private readonly Dictionary<string, Lease> _leases = [];
    private readonly Dictionary<string, string> _live = [];
    private readonly Dictionary<string, IssueResponse> _issued = [];
    private int _number;

    /// <summary>Who the caller turns out to be.</summary>
    public WorkloadIdentity Workload { get; set; } = new()
    {
        Subject = "spiffe://acme.test/agent/quickstart",
        Attestor = "spiffe_jwt",
        Tenant = "payments",
        Kind = Protocol.V1.WorkloadKind.Agent,
    };

    /// <summary>The heartbeat interval that is given.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>TTL where none is asked for.</summary>
    public TimeSpan DefaultTtl { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>TTLs of single templates, where none is asked for.</summary>
    public Dictionary<string, TimeSpan> TtlOf { get; } = [];

    /// <summary>How long a lease may live with renewals.</summary>
    public TimeSpan MaxLife { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether leases can be renewed.</summary>
    public bool Renewable { get; set; } = true;

    /// <summary>How far the broker's clock is ahead.</summary>
    public TimeSpan ClockAhead { get; set; }

    private DateTimeOffset Now => time.GetUtcNow() + ClockAhead;

    /// <summary>Every credential value that was ever given out.</summary>
    public IReadOnlyList<string> Values
    {
        get
        {
            lock (_gate) return [.. _live.Keys];
        }
    }

    /// <summary>Whether a credential value is good now.</summary>
    public bool IsLive(string value)
    {
        lock (_gate) return _live.TryGetValue(value, out var lease) && Current(_leases[lease]).State == Protocol.V1.LeaseState.Active;
    }

    /// <summary>Revokes every lease behind the callers' backs.</summary>
    public void RevokeEverything()
    {
        lock (_gate)
            foreach (var lease in _leases.Values) Kill(lease, Protocol.V1.EndReason.Operator);
    }

    internal OpenTaskResponse Open(OpenTaskRequest request)
    {
        lock (_gate)
        {
            var id = TaskId.New(1, Now).Value;
            var token = $"cbt_{id}.{Guid.NewGuid():N}";
            _tasks[token] = new AgentTask
            {
                Id = id,
                TaskRef = request.TaskRef,
                Workload = Workload,
                Purpose = request.Purpose,
                Intent = request.Intent,
                State = TaskState.Open,
                OpenedAt = Timestamp.FromDateTimeOffset(Now),
                Deadline = Timestamp.FromDateTimeOffset(Now + (request.MaxDuration?.ToTimeSpan() ?? TimeSpan.FromHours(4))),
                HeartbeatInterval = request.HeartbeatInterval ?? Duration.FromTimeSpan(HeartbeatInterval),
                HeartbeatDeadline = Timestamp.FromDateTimeOffset(Now + HeartbeatInterval),
            };
            return new OpenTaskResponse { Task = _tasks[token].Clone(), TaskToken = token };
        }
    }

    internal HeartbeatResponse Beat(string? token)
    {
        lock (_gate)
        {
            OpenTask(token);
            return new HeartbeatResponse { HeartbeatDeadline = Timestamp.FromDateTimeOffset(Now + HeartbeatInterval) };
        }
    }

    internal AgentTask TaskOf(string? token, string id = "")
    {
        lock (_gate)
        {
            if (IsOperator(token))
                return _tasks.Values.FirstOrDefault(t => t.Id == id) ?? throw Refusal.Of(StatusCode.NotFound, "TASK_NOT_FOUND", "There is no such task.");
            return token is not null && _tasks.TryGetValue(token, out var task)
                ? task
                : throw Refusal.Of(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID", "The task token is not good.");
        }
    }

    internal ListTasksResponse Tasks(ListTasksRequest request, string? token)
    {
        lock (_gate)
        {
            if (!IsOperator(token)) throw Refusal.Of(StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED");
            var answer = new ListTasksResponse();
            answer.Tasks.AddRange(_tasks.Values.Where(t => request.State == 0 || t.State == request.State).Select(t => t.Clone()));
            return answer;
        }
    }

    internal IssueResponse Issue(IssueRequest request, string? token)
    {
        lock (_gate)
        {
            var task = OpenTask(token);
            if (_issued.TryGetValue(request.IdempotencyKey, out var before)) return before;
            var lease = new Lease
            {
                Id = LeaseId.New(1, Now).Value,
                TaskId = task.Id,
                Template = request.Template,
                Target = request.Template,
                State = Protocol.V1.LeaseState.Active,
                IssuedAt = Timestamp.FromDateTimeOffset(Now),
                ExpiresAt = Timestamp.FromDateTimeOffset(Now + (request.Ttl?.ToTimeSpan() ?? TtlOf.GetValueOrDefault(request.Template, DefaultTtl))),
                MaxExpiresAt = Timestamp.FromDateTimeOffset(Now + MaxLife),
                Renewable = Renewable,
                Revocability = Protocol.V1.Revocability.Instant,
                Workload = task.Workload.Subject,
                Backend = "token",
            };
            lease.Capabilities.AddRange(request.Capabilities);
            _leases[lease.Id] = lease;
            var issued = new IssueResponse.Types.Issued { Lease = lease.Clone(), Credential = Mint(lease) };
            return _issued[request.IdempotencyKey] = new IssueResponse { Issued = issued };
        }
    }

    internal RenewResponse Renew(RenewRequest request, string? token)
    {
        lock (_gate)
        {
            OpenTask(token);
            var lease = Lease(request.LeaseId, token);
            if (!lease.Renewable) throw Refusal.Of(StatusCode.FailedPrecondition, "LEASE_NOT_RENEWABLE");
            if (lease.ExpiresAt >= lease.MaxExpiresAt) throw Refusal.Of(StatusCode.FailedPrecondition, "MAX_TTL_REACHED");
            var wanted = Timestamp.FromDateTimeOffset(Now + (request.Ttl?.ToTimeSpan() ?? DefaultTtl));
            lease.ExpiresAt = wanted > lease.MaxExpiresAt ? lease.MaxExpiresAt : wanted;
            return new RenewResponse { Lease = lease.Clone(), Credential = IsSecret(lease) ? null : Mint(lease) };
        }
    }

    internal ReleaseResponse Release(ReleaseRequest request, string? token)
    {
        lock (_gate)
        {
            var lease = Lease(request.LeaseId, token);
            Kill(lease, Protocol.V1.EndReason.Released);
            return new ReleaseResponse { Lease = lease.Clone() };
        }
    }

    internal Lease Lease(string id, string? token)
    {
        lock (_gate)
        {
            var task = IsOperator(token) ? null : TaskOf(token);
            return _leases.TryGetValue(id, out var lease) && (task is null || lease.TaskId == task.Id)
                ? Current(lease)
                : throw Refusal.Of(StatusCode.NotFound, "LEASE_NOT_FOUND", "There is no such lease.");
        }
    }

    internal ListLeasesResponse Leases(ListLeasesRequest request, string? token)
    {
        lock (_gate)
        {
            var task = IsOperator(token) ? null : TaskOf(token);
            var start = request.PageToken.Length == 0 ? 0 : int.Parse(request.PageToken, CultureInfo.InvariantCulture);
            var size = request.PageSize == 0 ? 2 : request.PageSize;
            var all = _leases.Values.Where(l => task is null || l.TaskId == task.Id).Select(Current)
                .Where(l => request.States.Count == 0 || request.States.Contains(l.State)).OrderBy(l => l.Id, StringComparer.Ordinal).ToList();
            var answer = new ListLeasesResponse { NextPageToken = start + size < all.Count ? $"{start + size}" : "" };
            answer.Leases.AddRange(all.Skip(start).Take(size).Select(l => l.Clone()));
            return answer;
        }
    }

    internal EndTaskResponse End(EndTaskRequest request, string? token)
    {
        lock (_gate)
        {
            var task = TaskOf(token, request.TaskId);
            if (task.State == TaskState.Open)
            {
                task.State = TaskState.Ended;
                task.Outcome = request.Outcome;
                task.EndedAt = Timestamp.FromDateTimeOffset(Now);
                foreach (var lease in _leases.Values.Where(l => l.TaskId == task.Id)) Kill(lease, Protocol.V1.EndReason.TaskEnded);
            }
            var leases = _leases.Values.Where(l => l.TaskId == task.Id).ToList();
            var receipt = new TaskReceipt { TaskId = task.Id, Total = leases.Count, Confirmed = leases.Count, EndedAt = task.EndedAt };
            receipt.Leases.AddRange(leases.Select(l => new LeaseReceipt
            {
                LeaseId = l.Id,
                Template = l.Template,
                State = l.State,
                Revocability = l.Revocability,
                ConfirmedAt = l.ConfirmedAt,
            }));
            return new EndTaskResponse { Receipt = receipt };
        }
    }

    private static bool IsOperator(string? token) => token?.StartsWith("op-", StringComparison.Ordinal) == true;

    private static bool IsSecret(Lease lease) => lease.Template.EndsWith("-db", StringComparison.Ordinal);

    private AgentTask OpenTask(string? token) => TaskOf(token) is { State: TaskState.Open } task ? task : throw Refusal.TaskEnded();

    private Lease Current(Lease lease)
    {
        if (lease.ExpiresAt.ToDateTimeOffset() <= Now) Kill(lease, Protocol.V1.EndReason.Expired);
        return lease;
    }

    private void Kill(Lease lease, Protocol.V1.EndReason reason)
    {
        if (lease.State == Protocol.V1.LeaseState.Revoked) return;
        lease.State = Protocol.V1.LeaseState.Revoked;
        lease.EndReason = lease.ExpiresAt.ToDateTimeOffset() <= Now ? Protocol.V1.EndReason.Expired : reason;
        lease.ConfirmedAt = Timestamp.FromDateTimeOffset(Now);
    }

    private Credential Mint(Lease lease)
    {
        var value = $"fake-{++_number}-{Guid.NewGuid():N}";
        _live[value] = lease.Id;
        var credential = new Credential { ExpiresAt = lease.ExpiresAt, Revocability = lease.Revocability };
        if (IsSecret(lease))
            credential.Secret = new Credential.Types.Secret { Values = { ["username"] = $"u-{_number}", ["password"] = value } };
        else
            credential.AccessToken = new Credential.Types.AccessToken
            {
                Value = value,
                TokenType = "Bearer",
                Audience = "https://orders.acme.test",
                Scope = "orders:read",
            };
        return credential;
    }
}
