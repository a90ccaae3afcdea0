using CredBroker.Issuance;

namespace CredBroker.Server.Storage.Redis;

/// <summary>A pass over live leases as it is stored.</summary>
internal sealed class StoredPass
{
    public required long Number { get; init; }

    public required string Version { get; init; }

    public bool Revokes { get; init; }

    public string? OrderedBy { get; init; }

    public required long RequestedAt { get; init; }

    public int DoneBuckets { get; init; }

    public long Looked { get; init; }

    public long NotPermitted { get; init; }

    public long Undecided { get; init; }

    public long Revoked { get; init; }

    public long? FinishedAt { get; init; }

    public static StoredPass From(TighteningPass pass) => new()
    {
        Number = pass.Number,
        Version = pass.Version,
        Revokes = pass.Revokes,
        OrderedBy = pass.OrderedBy,
        RequestedAt = pass.RequestedAt.ToUnixTimeMilliseconds(),
        DoneBuckets = pass.DoneBuckets,
        Looked = pass.Looked,
        NotPermitted = pass.NotPermitted,
        Undecided = pass.Undecided,
        Revoked = pass.Revoked,
        FinishedAt = pass.FinishedAt?.ToUnixTimeMilliseconds(),
    };

    public TighteningPass ToPass() => new()
    {
        Number = Number,
        Version = Version,
        Revokes = Revokes,
        OrderedBy = OrderedBy,
        RequestedAt = Instant.Read(RequestedAt),
        DoneBuckets = DoneBuckets,
        Looked = Looked,
        NotPermitted = NotPermitted,
        Undecided = Undecided,
        Revoked = Revoked,
        FinishedAt = FinishedAt is { } finished ? Instant.Read(finished) : null,
    };
}
