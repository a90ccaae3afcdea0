using System.Collections.Concurrent;

namespace CredBroker.Verification.Revocation;

/// <summary>Leases that are dead, each until when it must be remembered (Unix seconds), and the fences. Leases only grow under a reader.</summary>
internal sealed record RevocationState(ConcurrentDictionary<string, long> Leases, FenceIndex Fences)
{
    /// <summary>Kept longer than the token lives: a clock that is set back must not bring it to life again.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    public static RevocationState New() => new(new ConcurrentDictionary<string, long>(StringComparer.Ordinal), FenceIndex.Empty);

    public RevocationState With(FeedMessage message)
    {
        foreach (var (lease, expiresAt) in message.Leases)
        {
            var until = expiresAt.ToUnixTimeSeconds();
            Leases.AddOrUpdate(lease, until, (_, held) => Math.Max(held, until));
        }

        return this with { Fences = Fences.With(message.Fences) };
    }

    public RevocationState Prune(DateTimeOffset now)
    {
        var limit = (now - Grace).ToUnixTimeSeconds();
        foreach (var (lease, until) in Leases)
            if (until < limit) Leases.TryRemove(lease, out _);
        return this with { Fences = Fences.Prune(now - FeedMessage.LongestTokenLife - Grace) };
    }
}
