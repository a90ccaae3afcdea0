using System.Diagnostics.CodeAnalysis;

namespace CredBroker;

/// <summary>The id of what people are asked to agree to: <c>apr_</c>, two hex digits of its task's bucket, a UUIDv7 in Crockford base 32.</summary>
public readonly record struct ApprovalId
{
    private const string Prefix = "apr_";

    private ApprovalId(string value) => Value = value;

    /// <summary>The id as a string.</summary>
    public string Value { get; }

    /// <summary>The bucket of the store that it lives in; the same as its task's.</summary>
    public int Bucket => PrefixedId.BucketOf(Value, Prefix.Length);

    /// <summary>A new id in a bucket.</summary>
    public static ApprovalId New(int bucket, DateTimeOffset now) => new(PrefixedId.New(Prefix, bucket, now));

    /// <summary>Reads an id; false where it is not of the exact form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ApprovalId id)
    {
        var good = PrefixedId.IsWellFormed(text, Prefix);
        id = good ? new ApprovalId(text!) : default;
        return good;
    }

    /// <summary>Reads an id that the broker itself wrote.</summary>
    /// <exception cref="FormatException">It is not of the exact form.</exception>
    public static ApprovalId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException("Not an approval id.");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
