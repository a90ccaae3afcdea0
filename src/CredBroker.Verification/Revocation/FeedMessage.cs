using CredBroker.Protocol.V1;
using Google.Protobuf.WellKnownTypes;

namespace CredBroker.Verification.Revocation;

/// <summary>A message of the feed, read as a whole before any of it is applied.</summary>
internal sealed record FeedMessage(IReadOnlyList<KeyValuePair<string, DateTimeOffset>> Leases, IReadOnlyList<FenceRule> Fences, IReadOnlyList<string> WithdrawnKeys)
{
    /// <summary>No token lives longer; what could only kill older ones can be forgotten.</summary>
    public static readonly TimeSpan LongestTokenLife = TimeSpan.FromHours(24);

    /// <exception cref="InvalidOperationException">An instant is out of range.</exception>
    public static FeedMessage Read(WatchRevocationsResponse message, DateTimeOffset now) => new(
        [.. message.Revoked.Select(lease => KeyValuePair.Create(lease.LeaseId, InstantOf(lease.ExpiresAt) ?? now + LongestTokenLife))],
        [.. message.Fences.SelectMany(fence => RulesOf(fence, now))],
        [.. message.WithdrawnKeyIds]);

    private static IEnumerable<FenceRule> RulesOf(FenceEvent fence, DateTimeOffset now)
    {
        // A lifting without an instant says nothing new: what the fence killed stays dead. A standing fence without one kills all there is.
        if (fence.NotBefore is null && fence.Lifted) yield break;
        var notBefore = InstantOf(fence.NotBefore) ?? now;
        foreach (var expression in fence.Expressions)
            yield return new FenceRule([.. expression.Labels.Distinct().Order(StringComparer.Ordinal)], InstantOf(expression.IssuedAfter), notBefore);
    }

    private static DateTimeOffset? InstantOf(Timestamp? instant) => instant?.ToDateTimeOffset();
}
