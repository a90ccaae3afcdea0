using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace CredBroker.Revocation;

/// <summary>
/// How far a reader has come: the store's epoch and a sequence number for each bucket, for fences and for withdrawn signing
/// keys. Opaque to callers; it is no secret and grants nothing.
/// </summary>
public sealed class FeedCursor
{
    private const int MaxTextChars = 8 * 1024;
    private readonly long[] _positions;

    /// <summary>How many positions a cursor has: one for each bucket, one for fences and one for withdrawn keys.</summary>
    public const int Positions = Buckets.Count + 2;

    /// <summary>The position that counts fences.</summary>
    public const int FencePosition = Buckets.Count;

    /// <summary>The position that counts withdrawals of signing keys.</summary>
    public const int KeyPosition = Buckets.Count + 1;

    /// <summary>A cursor at some positions.</summary>
    public FeedCursor(string epoch, IReadOnlyList<long> positions)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(positions.Count, Positions);
        Epoch = epoch;
        _positions = [.. positions];
    }

    /// <summary>The store's epoch: another one means that nothing can be resumed.</summary>
    public string Epoch { get; }

    /// <summary>The last sequence number that was read at a position.</summary>
    public long this[int position] => _positions[position];

    /// <summary>The cursor as text.</summary>
    public string Write()
    {
        var text = new StringBuilder(Epoch);
        foreach (var position in _positions) text.Append('.').Append(position.ToString("x", CultureInfo.InvariantCulture));
        return Base64Url.EncodeToString(Encoding.ASCII.GetBytes(text.ToString()));
    }

    /// <summary>Reads a cursor; false where it is not one.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FeedCursor? cursor)
    {
        cursor = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaxTextChars || !Base64Url.IsValid(text)) return false;
        var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('.');
        if (parts.Length != Positions + 1 || parts[0].Length == 0) return false;
        var positions = new long[Positions];
        for (var i = 0; i < positions.Length; i++)
            if (!long.TryParse(parts[i + 1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out positions[i]) || positions[i] < 0)
                return false;
        cursor = new FeedCursor(parts[0], positions);
        return true;
    }
}
