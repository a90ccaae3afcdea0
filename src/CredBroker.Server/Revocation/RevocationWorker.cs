using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Revocation;

/// <summary>
/// Asks backends to revoke, one lane for each key that something waits for, whether or not a template still names it. Any number of
/// brokers share the work: a claim belongs to whoever made it.
/// </summary>
internal sealed class RevocationWorker(
    IRevocationBacklog backlog, BackendRevoker revoker, IOptions<RevocationOptions> options, TimeProvider time, ILogger<RevocationWorker> logger,
    CircuitMetrics? circuits = null)
    : RepeatingWorker(time, logger)
{
    private readonly Dictionary<string, BackendLane> _lanes = new(StringComparer.Ordinal);
    private readonly TimeProvider _time = time;
    private bool _isIdle;

    protected override TimeSpan Pause => TimeSpan.FromMilliseconds(_isIdle ? 250 : 100);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var lane in _lanes.Values) await lane.DisposeAsync();
        _lanes.Clear();
    }

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        var waiting = await backlog.ListBackendsAsync(cancellationToken);
        _isIdle = waiting.Count == 0;
        foreach (var key in waiting)
        {
            if (!_lanes.TryGetValue(key, out var lane))
            {
                _lanes.Add(key, lane = new BackendLane(key, backlog, revoker, options.Value, _time, logger));
                var watched = lane;
                circuits?.Watch(key, () => watched.IsLeftAlone);
            }

            _ = lane.Begin(cancellationToken);
        }
    }
}
