using System.Diagnostics.CodeAnalysis;

namespace CredBroker;

/// <summary>The id of a fence: <c>fnc_</c> and a UUIDv7. Fences stand in every bucket, so the id names none.</summary>
public readonly record struct FenceId
{
    private const string Prefix = "fnc_";

    private FenceId(string value) => Value = value;

    /// <summary>The id as a string.</summary>
    public string Value { get; }

    /// <summary>A new id.</summary>
    public static FenceId New(DateTimeOffset now) => new(PrefixedId.New(Prefix, 0, now));

    /// <summary>Reads an id; false where it is not of the exact form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out FenceId id)
    {
        var good = PrefixedId.IsWellFormed(text, Prefix);
        id = good ? new FenceId(text!) : default;
        return good;
    }

    /// <summary>Reads an id that the broker itself wrote.</summary>
    /// <exception cref="FormatException">It is not of the exact form.</exception>
    public static FenceId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException("Not a fence id.");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
