namespace CredBroker.Server.Hosting.Connections;

/// <summary>What each replica takes from its callers. High enough for good ones; what is beyond is refused before it costs anything.</summary>
public sealed class LimitOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Limits";

    private const int Most = 1_000_000;
    private static readonly TimeSpan LeastDeadline = TimeSpan.FromSeconds(65);
    private static readonly TimeSpan MostDeadline = TimeSpan.FromHours(1);

    /// <summary>Calls a second of one workload, and as many heartbeats; 0 = no limit. 1000 when not set.</summary>
    public int PerWorkload { get; set; } = 1_000;

    /// <summary>Calls at once of one workload; 10,000 when not set.</summary>
    public int PerWorkloadBurst { get; set; } = 10_000;

    /// <summary>Calls a second with a task token of one address, of IPv6 one /64; 0 = no limit. 20,000 when not set.</summary>
    public int PerAddress { get; set; } = 20_000;

    /// <summary>Calls at once with a task token of one address; 40,000 when not set.</summary>
    public int PerAddressBurst { get; set; } = 40_000;

    /// <summary>Connections that may be open; 10,000 when not set.</summary>
    public int Connections { get; set; } = 10_000;

    /// <summary>Connections of one address; 0 = any number. 2000 when not set.</summary>
    public int ConnectionsPerAddress { get; set; } = 2_000;

    /// <summary>Calls under way on one connection over HTTP/2; 200 when not set.</summary>
    public int StreamsPerConnection { get; set; } = 200;

    /// <summary>Calls of one address that last as long as the caller wishes; 0 = any number. 2000 when not set.</summary>
    public int WatchesPerAddress { get; set; } = 2_000;

    /// <summary>The same of one workload, such as heartbeats by a stream; 0 = any number. 2000 when not set.</summary>
    public int WatchesPerWorkload { get; set; } = 2_000;

    /// <summary>How long a single call may take whose caller gives it longer, or says nothing; 2 min when not set.</summary>
    public TimeSpan CallDeadline { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Faults()
    {
        (string Name, int Value, int Least)[] numbers =
        [
            (nameof(PerWorkload), PerWorkload, 0), (nameof(PerWorkloadBurst), PerWorkloadBurst, 1), (nameof(PerAddress), PerAddress, 0),
            (nameof(PerAddressBurst), PerAddressBurst, 1), (nameof(Connections), Connections, 1), (nameof(ConnectionsPerAddress), ConnectionsPerAddress, 0),
            (nameof(StreamsPerConnection), StreamsPerConnection, 1), (nameof(WatchesPerAddress), WatchesPerAddress, 0),
            (nameof(WatchesPerWorkload), WatchesPerWorkload, 0),
        ];
        foreach (var (name, value, least) in numbers)
            if (value < least || value > Most) yield return $"{SectionName}:{name} must be from {least} to {Most}.";
        if (CallDeadline < LeastDeadline || CallDeadline > MostDeadline) yield return $"{SectionName}:{nameof(CallDeadline)} must be from 65 s, for EndTask may wait 60 s, to 1 h.";
    }
}
