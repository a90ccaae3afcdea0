using System.ComponentModel.DataAnnotations;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Where leases are kept.</summary>
public sealed class RedisOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "Storage:Redis";

    /// <summary>A StackExchange.Redis connection string; empty = the embedded store under the data folder.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>How long one call to the store may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:10")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How far the store's clock and the broker's may differ before nothing is issued or expired any more.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ClockBound { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Revocations that each bucket remembers for verifiers that resume; older ones cost them a snapshot.</summary>
    [Range(16, 1_000_000)]
    public int FeedLength { get; set; } = 4096;

    /// <summary>How long an ended lease or task is remembered beyond the latest instant at which it could have been live.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan Remember { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long an idempotency key is kept.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RememberIdempotencyKey { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a backend may take from the record of a lease to its credential.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan IntentLife { get; set; } = TimeSpan.FromSeconds(95);
}
