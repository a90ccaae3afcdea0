using CredBroker.Leases;
using CredBroker.Revocation;

namespace CredBroker.Server.Storage.Redis;

/// <summary>A fence as it is stored.</summary>
internal sealed class StoredFence
{
    public required string Id { get; init; }

    public required StoredSelector[] Selectors { get; init; }

    public required string Reason { get; init; }

    public required string RaisedBy { get; init; }

    public required long RaisedAt { get; init; }

    public long? NotBefore { get; init; }

    public bool IsQuarantine { get; init; }

    public bool Lifted { get; init; }

    public static StoredFence From(FenceNotice notice) => new()
    {
        Id = notice.Fence.Id.Value,
        Selectors = [.. notice.Fence.Selectors.Select(StoredSelector.From)],
        Reason = notice.Fence.Reason,
        RaisedBy = notice.Fence.RaisedBy,
        RaisedAt = notice.Fence.RaisedAt.ToUnixTimeMilliseconds(),
        NotBefore = notice.Fence.NotBefore?.ToUnixTimeMilliseconds(),
        IsQuarantine = notice.Fence.IsQuarantine,
        Lifted = notice.Lifted,
    };

    public FenceNotice ToNotice() => new(
        new Fence
        {
            Id = FenceId.Parse(Id),
            Selectors = [.. Selectors.Select(selector => selector.ToSelector())],
            Reason = Reason,
            RaisedBy = RaisedBy,
            RaisedAt = Instant.Read(RaisedAt),
            IsQuarantine = IsQuarantine,
            NotBefore = NotBefore is { } notBefore ? Instant.Read(notBefore) : null,
        },
        Lifted);
}
