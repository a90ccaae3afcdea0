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

    public string? After { get; init; }

    public string[]? InHand { get; init; }

    public StoredPass[]? Overtaken { get; init; }

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
        After = pass.After,
        InHand = pass.InHand.Count == 0 ? null : [.. pass.InHand.Select(id => id.Value)],
        Overtaken = pass.Overtaken.Count == 0 ? null : [.. pass.Overtaken.Select(From)],
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
        After = After,
        InHand = InHand is null ? [] : [.. InHand.Select(LeaseId.Parse)],
        Overtaken = Overtaken is null ? [] : [.. Overtaken.Select(pass => pass.ToPass())],
        Looked = Looked,
        NotPermitted = NotPermitted,
        Undecided = Undecided,
        Revoked = Revoked,
        FinishedAt = FinishedAt is { } finished ? Instant.Read(finished) : null,
    };
}
