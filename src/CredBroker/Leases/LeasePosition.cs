using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CredBroker.Leases;

/// <summary>The place of a lease among others: when it was issued, to the millisecond, then its id.</summary>
/// <param name="IssuedAt">When it was issued, by the store's clock.</param>
/// <param name="Id">The lease.</param>
public sealed record LeasePosition(DateTimeOffset IssuedAt, LeaseId Id)
{
    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out LeasePosition? position)
    {
        position = null;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot < 0 || !long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)) return false;
        if (milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() || !LeaseId.TryParse(text![(dot + 1)..], out var id)) return false;
        position = new LeasePosition(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), id);
        return true;
    }

    /// <summary>The older first.</summary>
    public static IComparer<LeasePosition> Order { get; } = Comparer<LeasePosition>.Create(Compare);

    /// <summary>Whether it comes after another; everything comes after nothing.</summary>
    public bool IsAfter(LeasePosition? other) => other is null || Compare(this, other) > 0;

    private static int Compare(LeasePosition a, LeasePosition b)
    {
        var byTime = a.IssuedAt.CompareTo(b.IssuedAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(a.Id.Value, b.Id.Value);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{IssuedAt.ToUnixTimeMilliseconds()}.{Id.Value}");
}
