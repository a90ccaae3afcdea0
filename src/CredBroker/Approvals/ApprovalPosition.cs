using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CredBroker.Approvals;

/// <summary>The place of a request among others, the newest first: when it was made, to the millisecond, then its id.</summary>
/// <param name="AskedAt">When it was made, by the store's clock.</param>
/// <param name="Id">The request.</param>
public sealed record ApprovalPosition(DateTimeOffset AskedAt, ApprovalId Id)
{
    /// <summary>The newer first.</summary>
    public static IComparer<ApprovalPosition> Order { get; } = Comparer<ApprovalPosition>.Create((a, b) => Compare(b, a));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ApprovalPosition? position)
    {
        position = null;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot < 0 || !long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)) return false;
        if (milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() || !ApprovalId.TryParse(text![(dot + 1)..], out var id)) return false;
        position = new ApprovalPosition(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), id);
        return true;
    }

    /// <summary>Whether it comes after another; everything comes after nothing.</summary>
    public bool IsAfter(ApprovalPosition? other) => other is null || Compare(this, other) < 0;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{AskedAt.ToUnixTimeMilliseconds()}.{Id.Value}");

    private static int Compare(ApprovalPosition a, ApprovalPosition b)
    {
        var byTime = a.AskedAt.CompareTo(b.AskedAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(a.Id.Value, b.Id.Value);
    }
}
