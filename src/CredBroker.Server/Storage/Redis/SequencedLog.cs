using System.Globalization;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>
/// A bounded list whose entries start with their own number and that of the entry before. Numbers rise with the store's time, so
/// that a store which lost its latest entries and went on never gives one of theirs to another (see <c>Scripts/prelude.lua</c>).
/// </summary>
internal static class SequencedLog
{
    private const int Tail = 128;

    /// <summary>
    /// What stands after a number, without the numbers, and the last number of it; null where the list cannot tell, because it was
    /// trimmed or has lost entries. <paramref name="head"/> is a number that the list has reached.
    /// </summary>
    public static async Task<(IReadOnlyList<string> Entries, long Last)?> ReadAsync(
        RedisStore store, RedisKey list, long since, long head, CancellationToken cancellationToken)
    {
        // A head behind the reader's position is a store that lost what it had said.
        if (head < since) return null;
        var tail = await store.GuardAsync(database => database.ListRangeAsync(list, -Tail, -1), cancellationToken);
        if (Follow(tail, since, head) is { } found) return found;
        if (tail.Length < Tail) return null;
        return Follow(await store.GuardAsync(database => database.ListRangeAsync(list), cancellationToken), since, head);
    }

    private static (IReadOnlyList<string> Entries, long Last)? Follow(RedisValue[] list, long since, long head)
    {
        var entries = new List<string>();
        var last = since;
        foreach (var value in list)
        {
            var (number, before, entry) = Split((string)value!);
            if (number <= since) continue;
            if (before != last) return null;
            entries.Add(entry);
            last = number;
        }

        return last < head ? null : (entries, last);
    }

    private static (long Number, long Before, string Entry) Split(string text)
    {
        var first = text.IndexOf(' ', StringComparison.Ordinal);
        var second = text.IndexOf(' ', first + 1);
        return (Number(text.AsSpan(0, first)), Number(text.AsSpan(first + 1, second - first - 1)), text[(second + 1)..]);
    }

    private static long Number(ReadOnlySpan<char> text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
