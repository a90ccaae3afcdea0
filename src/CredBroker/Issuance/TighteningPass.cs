using CredBroker.Leases;

namespace CredBroker.Issuance;

/// <summary>One pass over all live leases, after templates or policies have changed.</summary>
public sealed record TighteningPass
{
    /// <summary>Rises with each pass that begins; whoever works on an earlier one stops.</summary>
    public required long Number { get; init; }

    /// <summary>The <see cref="LeaseReview.Version"/> that leases are held against.</summary>
    public required string Version { get; init; }

    /// <summary>Whether it revokes, or only reports.</summary>
    public required bool Revokes { get; init; }

    /// <summary>The operator who ordered it; null = it came of a change by itself.</summary>
    public string? OrderedBy { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Buckets that it is through with.</summary>
    public int DoneBuckets { get; init; }

    /// <summary>Where it is in the bucket after those, as <see cref="ILeaseIndex.ScanAsync"/> told; null = at its beginning.</summary>
    public string? After { get; init; }

    /// <summary>Leases that it has counted and is about to revoke: whoever goes on does that first, and counts what has been revoked.</summary>
    public IReadOnlyList<LeaseId> InHand { get; init; } = [];

    /// <summary>Passes that operators have ordered and that newer sets have cut short, of which the audit trail does not tell yet.</summary>
    public IReadOnlyList<TighteningPass> Overtaken { get; init; } = [];

    /// <summary>Leases that it has looked at.</summary>
    public long Looked { get; init; }

    /// <summary>Those that are no longer permitted.</summary>
    public long NotPermitted { get; init; }

    /// <summary>Those of which nobody can tell.</summary>
    public long Undecided { get; init; }

    /// <summary>Those whose end it has recorded.</summary>
    public long Revoked { get; init; }

    /// <summary>When it was through with all.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What the audit trail has to be told of where a pass of some set takes the place of this one.</summary>
    public IReadOnlyList<TighteningPass> OvertakenBy(string version) =>
        OrderedBy is null || FinishedAt is not null || Version == version ? Overtaken : [.. Overtaken, this with { InHand = [], Overtaken = [] }];

    /// <summary>What it found, for people.</summary>
    public string Describe() =>
        $"{(Revokes ? $"{Revoked} revoked" : "reported only")}: of {Looked} live leases {NotPermitted} no longer permitted, {Undecided} undecided";
}
