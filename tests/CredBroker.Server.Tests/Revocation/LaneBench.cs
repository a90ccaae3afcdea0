using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Server.Revocation;
using CredBroker.Testing.Audit;
using CredBroker.Testing.Broker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Revocation;

/// <summary>The revocation work of a broker over a backlog in memory, on a clock that only the test moves.</summary>
internal sealed class LaneBench : IAsyncDisposable
{
    private readonly NothingElse _rest = new();
    private readonly BackendRevoker _revoker;
    private readonly List<BackendLane> _lanes = [];
    private readonly CancellationTokenSource _stop = new();

    public LaneBench(params string[] backends)
    {
        Backends = [.. backends.Select(name => new AnsweringBackend(name))];
        Backlog = new InMemoryBacklog(Time);
        var transitions = new TransitionAudit(new RecordingAuditLog(), _rest, Time, NullLogger<TransitionAudit>.Instance);
        _revoker = new BackendRevoker(new BackendRegistry(Backends), Backlog, _rest, transitions, NullLogger<BackendRevoker>.Instance);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 14, 8, 0, 0, TimeSpan.Zero));

    public InMemoryBacklog Backlog { get; }

    public IReadOnlyList<AnsweringBackend> Backends { get; }

    /// <summary>The first backend, where there is one alone.</summary>
    public AnsweringBackend Backend => Backends[0];

    /// <summary>Limits that are in nobody's way, one attempt at a time.</summary>
    public RevocationOptions Options { get; } = new() { InFlightPerBackend = 1, RatePerBackend = 100_000, FailuresBeforeBreak = 1_000 };

    public BackendLane OpenLane(int backend = 0)
    {
        var lane = new BackendLane(Backends[backend].Name, Backlog, _revoker, Options, Time, NullLogger.Instance);
        _lanes.Add(lane);
        return lane;
    }

    public RevocationWorker OpenWorker() => new(
        Backlog, _revoker, Microsoft.Extensions.Options.Options.Create(Options), Time, NullLogger<RevocationWorker>.Instance);

    /// <summary>Leases of a backend whose end is recorded.</summary>
    public IReadOnlyList<Lease> Queue(int count, int backend = 0, TimeSpan? life = null)
    {
        var leases = Enumerable.Range(0, count).Select(_ => NewLease(Backends[backend].Name, life ?? TimeSpan.FromHours(1))).ToList();
        foreach (var lease in leases) Backlog.Add(lease);
        return leases;
    }

    /// <summary>Begins a turn of a lane; completes with it, and not with its attempts.</summary>
    public Task BeginAsync(BackendLane lane) => lane.Begin(_stop.Token);

    /// <summary>One turn of a lane, to the end of every attempt that it has begun.</summary>
    public async Task TurnAsync(BackendLane lane)
    {
        await BeginAsync(lane);
        await Until.TrueAsync(() => lane.UnderWay == 0);
    }

    /// <summary>More turns of a lane than any backlog of a test needs, all at one instant.</summary>
    public async Task TurnsAsync(BackendLane lane)
    {
        for (var turn = 0; turn < 30; turn++) await TurnAsync(lane);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var lane in _lanes) await lane.DisposeAsync();
        _stop.Dispose();
    }

    private Lease NewLease(string backend, TimeSpan life)
    {
        var now = Time.GetUtcNow();
        return new Lease
        {
            Id = LeaseId.New(bucket: 7, now),
            Terms = new LeaseTerms
            {
                TaskId = TaskId.New(bucket: 7, now),
                Tenant = "payments",
                Workload = "spiffe://acme.test/agent/a",
                Template = "orders-db",
                TemplateVersion = "sha256:1",
                Target = "orders",
                Sensitivity = Sensitivity.Internal,
                Risk = RiskLevel.Low,
                Capabilities = Capabilities.Read,
                Backend = backend,
                Revocability = Revocability.Instant,
                Renewable = true,
                PolicyVersion = "policy-1",
            },
            State = LeaseState.Revoking,
            Generation = 2,
            IssuedAt = now,
            ExpiresAt = now + life,
            MaxExpiresAt = now + life,
            BackendHandle = "handle-1",
        };
    }
}
