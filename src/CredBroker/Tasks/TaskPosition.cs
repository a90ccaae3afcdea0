using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CredBroker.Tasks;

/// <summary>The place of a task among others, the newest first: when it was opened, to the millisecond, then its id.</summary>
/// <param name="OpenedAt">When it was opened, by the store's clock.</param>
/// <param name="Id">The task.</param>
public sealed record TaskPosition(DateTimeOffset OpenedAt, TaskId Id)
{
    /// <summary>The newer first.</summary>
    public static IComparer<TaskPosition> Order { get; } = Comparer<TaskPosition>.Create((a, b) => Compare(b, a));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out TaskPosition? position)
    {
        position = null;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot < 0 || !long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)) return false;
        if (milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() || !TaskId.TryParse(text![(dot + 1)..], out var id)) return false;
        position = new TaskPosition(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), id);
        return true;
    }

    /// <summary>Whether it comes after another; everything comes after nothing.</summary>
    public bool IsAfter(TaskPosition? other) => other is null || Compare(this, other) < 0;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{OpenedAt.ToUnixTimeMilliseconds()}.{Id.Value}");

    private static int Compare(TaskPosition a, TaskPosition b)
    {
        var byTime = a.OpenedAt.CompareTo(b.OpenedAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(a.Id.Value, b.Id.Value);
    }
}
