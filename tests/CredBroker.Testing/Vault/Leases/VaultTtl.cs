using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Leases;

/// <summary>How long something may live: what is asked for, cut to what is left of the shortest maximum, with a warning that says so.</summary>
internal sealed record VaultTtl(TimeSpan Value, string? Warning)
{
    /// <summary>Cuts a wish.</summary>
    /// <param name="now">When it is asked for.</param>
    /// <param name="issuedAt">From when the maxima count.</param>
    /// <param name="wish">What is wished for.</param>
    /// <param name="maxima">Every maximum there is; null = none of that kind.</param>
    public static VaultTtl Cut(DateTimeOffset now, DateTimeOffset issuedAt, TimeSpan wish, params ReadOnlySpan<TimeSpan?> maxima)
    {
        var shortest = TimeSpan.MaxValue;
        foreach (var max in maxima)
            if (max < shortest) shortest = max.Value;
        // Vault counts in whole seconds.
        var left = shortest == TimeSpan.MaxValue ? shortest : Truncate(issuedAt) + shortest - Truncate(now);
        if (left <= TimeSpan.Zero) throw VaultRefusal.BadRequest("past the max TTL, cannot renew");
        return wish <= left
            ? new VaultTtl(wish, Warning: null)
            : new VaultTtl(
                left,
                $"TTL of \"{VaultDuration.Text(wish)}\" exceeded the effective max_ttl of \"{VaultDuration.Text(left)}\"; TTL value is capped accordingly");
    }

    public IReadOnlyList<string> Warnings => Warning is null ? [] : [Warning];

    private static DateTimeOffset Truncate(DateTimeOffset instant) => new(instant.Ticks - (instant.Ticks % TimeSpan.TicksPerSecond), instant.Offset);
}
