using System.Diagnostics.CodeAnalysis;

namespace CredBroker;

/// <summary>The id of a lease: <c>lse_</c>, two hex digits of its bucket, a UUIDv7 in Crockford base 32.</summary>
public readonly record struct LeaseId
{
    private const string Prefix = "lse_";

    private LeaseId(string value) => Value = value;

    /// <summary>The id as a string.</summary>
    public string Value { get; }

    /// <summary>The bucket of the store that its task lives in.</summary>
    public int Bucket => PrefixedId.BucketOf(Value, Prefix.Length);

    /// <summary>A new id in a bucket.</summary>
    public static LeaseId New(int bucket, DateTimeOffset now) => new(PrefixedId.New(Prefix, bucket, now));

    /// <summary>Reads an id; false where it is not of the exact form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out LeaseId id)
    {
        var good = PrefixedId.IsWellFormed(text, Prefix);
        id = good ? new LeaseId(text!) : default;
        return good;
    }

    /// <summary>Reads an id that the broker itself wrote.</summary>
    /// <exception cref="FormatException">It is not of the exact form.</exception>
    public static LeaseId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException("Not a lease id.");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
