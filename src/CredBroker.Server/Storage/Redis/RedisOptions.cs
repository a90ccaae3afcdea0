namespace CredBroker.Server.Storage.Redis;

/// <summary>Where leases are kept.</summary>
public sealed class RedisOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "Storage:Redis";

    /// <summary>A StackExchange.Redis connection string; empty = the embedded store under the data folder.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>A file with the password, for a connection string that names none; read at start. None = what the string says.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>A PEM file of the authority that Redis' certificate comes from; none = the machine's. Needs <c>ssl=true</c> in the connection string.</summary>
    public string? CaFile { get; set; }

    /// <summary>A PEM file of the certificate that the broker shows to Redis; none = none is shown.</summary>
    public string? ClientCertificateFile { get; set; }

    /// <summary>A PEM file of its private key.</summary>
    public string? ClientKeyFile { get; set; }

    /// <summary>How long one call to the store may take.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How far the store's clock and the broker's may differ before nothing is issued or expired any more.</summary>
    public TimeSpan ClockBound { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Revocations that each bucket remembers for verifiers that resume; older ones cost them a snapshot.</summary>
    public int FeedLength { get; set; } = 4096;

    /// <summary>How long an ended lease or task is remembered beyond the latest instant at which it could have been live.</summary>
    public TimeSpan Remember { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long an idempotency key is kept.</summary>
    public TimeSpan RememberIdempotencyKey { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a backend may take from the record of a lease to its credential.</summary>
    public TimeSpan IntentLife { get; set; } = TimeSpan.FromSeconds(95);

    /// <summary>How far the heartbeat deadline of a task may move because the store or the broker was away.</summary>
    public TimeSpan HeartbeatGrace { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether the embedded store is used.</summary>
    internal bool IsEmbedded => string.IsNullOrWhiteSpace(ConnectionString);

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Faults() =>
    [
        .. Outside(nameof(CallTimeout), CallTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)),
        .. Outside(nameof(ClockBound), ClockBound, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        .. Outside(nameof(Remember), Remember, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
        .. Outside(nameof(RememberIdempotencyKey), RememberIdempotencyKey, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        .. Outside(nameof(IntentLife), IntentLife, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
        .. Outside(nameof(HeartbeatGrace), HeartbeatGrace, TimeSpan.Zero, TimeSpan.FromHours(24)),
        .. FeedLength is >= 16 and <= 1_000_000 ? Array.Empty<string>() : [$"{SectionName}:{nameof(FeedLength)} must be from 16 to 1000000."],
        .. FileFaults(),
    ];

    private IEnumerable<string> FileFaults()
    {
        (string Name, string? Path)[] files =
        [
            (nameof(PasswordFile), PasswordFile), (nameof(CaFile), CaFile),
            (nameof(ClientCertificateFile), ClientCertificateFile), (nameof(ClientKeyFile), ClientKeyFile),
        ];
        foreach (var (name, path) in files.Where(file => file.Path is not null))
        {
            if (IsEmbedded) yield return $"{SectionName}:{name} is for a Redis: set {SectionName}:{nameof(ConnectionString)} too.";
            else if (!File.Exists(path)) yield return $"{SectionName}:{name} names no file: {path}.";
        }

        if (ClientCertificateFile is null != ClientKeyFile is null)
            yield return $"{SectionName}:{nameof(ClientCertificateFile)} and {SectionName}:{nameof(ClientKeyFile)} are set both or neither.";
    }

    private static IEnumerable<string> Outside(string name, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most) yield return $"{SectionName}:{name} must be from {least:c} to {most:c}.";
    }
}
