using CredBroker.Protocol.V1;

namespace CredBroker.Tests.Verification.Revocation;

/// <summary>The rule of the feed in its plainest form: keep every message that counts, and ask them all.</summary>
internal sealed class NaiveRevocations
{
    private readonly List<string> _withdrawn = [];
    private List<WatchRevocationsResponse> _inForce = [];
    private List<WatchRevocationsResponse>? _snapshot;

    public bool IsWhole { get; private set; }

    public void Apply(WatchRevocationsResponse message)
    {
        _withdrawn.AddRange(message.WithdrawnKeyIds);
        if (message.Reset) _snapshot = [];
        (_snapshot ?? _inForce).Add(message);
        if (_snapshot is null || !message.SnapshotComplete) return;
        (_inForce, _snapshot, IsWhole) = (_snapshot, null, true);
    }

    public void Cut() => _snapshot = null;

    public bool IsWithdrawn(string key) => _withdrawn.Contains(key);

    public bool IsRevoked(string lease, IReadOnlySet<string> labels, DateTimeOffset issuedAt) =>
        _inForce.Any(message => message.Revoked.Any(revoked => revoked.LeaseId == lease))
        || _inForce.SelectMany(message => message.Fences).Any(fence =>
            issuedAt <= fence.NotBefore.ToDateTimeOffset()
            && fence.Expressions.Any(expression =>
                expression.Labels.All(labels.Contains)
                && (expression.IssuedAfter is null || issuedAt.ToUnixTimeSeconds() >= expression.IssuedAfter.Seconds)));
}
