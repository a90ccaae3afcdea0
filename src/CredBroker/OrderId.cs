using System.Diagnostics.CodeAnalysis;

namespace CredBroker;

/// <summary>The id of a revocation order: <c>ord_</c> and a UUIDv7. Orders concern every bucket, so the id names none.</summary>
public readonly record struct OrderId
{
    private const string Prefix = "ord_";

    private OrderId(string value) => Value = value;

    /// <summary>The id as a string.</summary>
    public string Value { get; }

    /// <summary>A new id.</summary>
    public static OrderId New(DateTimeOffset now) => new(PrefixedId.New(Prefix, 0, now));

    /// <summary>Reads an id; false where it is not of the exact form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out OrderId id)
    {
        var good = PrefixedId.IsWellFormed(text, Prefix);
        id = good ? new OrderId(text!) : default;
        return good;
    }

    /// <summary>Reads an id that the broker itself wrote.</summary>
    /// <exception cref="FormatException">It is not of the exact form.</exception>
    public static OrderId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException("Not an order id.");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
