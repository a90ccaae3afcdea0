namespace CredBroker.Client.Internal;

/// <summary>One value of a credential, whole, so that readers never see half of an old and half of a new one. Not a record: records print themselves.</summary>
internal sealed class LeaseValue
{
    public required string LeaseId { get; init; }

    public required string? Token { get; init; }

    public required string TokenType { get; init; }

    public required string Audience { get; init; }

    public required string Scope { get; init; }

    public required IReadOnlyDictionary<string, string> Secret { get; init; }

    public required bool Renewable { get; init; }

    public required Revocability Revocability { get; init; }

    /// <summary>When it dies, by the broker's clock.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>How far the broker's clock is ahead of this machine's.</summary>
    public required TimeSpan ClockOffset { get; init; }

    /// <summary>When it arrived, by this machine's clock.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When it dies, by this machine's clock.</summary>
    public DateTimeOffset LocalExpiresAt => ExpiresAt - ClockOffset;

    /// <summary>When two thirds of its life are over, by this machine's clock.</summary>
    public DateTimeOffset RenewAt => ReceivedAt + ((LocalExpiresAt - ReceivedAt) * 2 / 3);
}
