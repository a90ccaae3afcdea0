using System.Globalization;
using System.Text.Json;
using CredBroker.Leases;

namespace CredBroker.Server.Storage.Redis;

/// <summary>A lease as one string: a header of numbers that scripts change, a line of notes, the terms. See <c>Scripts/prelude.lua</c>.</summary>
internal static class LeaseCodec
{
    private const int HeaderFields = 12;

    public static string WriteTerms(LeaseTerms terms) => JsonSerializer.Serialize(StoredTerms.From(terms), StoredJson.Default.StoredTerms);

    public static string WriteNotes(string? handle, string? error = null, LeaseId? supersededBy = null, DateTimeOffset? endedAt = null) => JsonSerializer.Serialize(
        new StoredNotes
        {
            Handle = handle,
            Error = error,
            SupersededBy = supersededBy?.Value,
            EndedAt = endedAt?.ToUnixTimeMilliseconds() ?? 0,
        },
        StoredJson.Default.StoredNotes);

    /// <summary>What the last attempt to revoke said.</summary>
    public static string? ReadError(string value)
    {
        var header = value.IndexOf('\n', StringComparison.Ordinal);
        return ReadNotes(value.AsSpan(header + 1, value.IndexOf('\n', header + 1) - header - 1))?.Error;
    }

    /// <summary>How often it was tried to revoke it.</summary>
    public static int ReadAttempts(string value) => int.Parse(value.Split(' ', 9)[7], NumberStyles.None, CultureInfo.InvariantCulture);

    /// <exception cref="FormatException">It is damaged, or of a later version.</exception>
    public static Lease Read(LeaseId id, string value)
    {
        try
        {
            return ReadParts(id, value);
        }
        catch (Exception fault) when (UnreadableRecords.IsSignedBy(fault))
        {
            throw UnreadableRecords.Fault(id.Value, fault);
        }
    }

    private static Lease ReadParts(LeaseId id, string value)
    {
        var header = value.IndexOf('\n', StringComparison.Ordinal);
        var notes = header < 0 ? -1 : value.IndexOf('\n', header + 1);
        if (notes < 0) throw new FormatException();
        var text = value.AsSpan(0, header);
        Span<Range> fields = stackalloc Range[HeaderFields + 1];
        if (text.Split(fields, ' ') != HeaderFields) throw new FormatException();
        var terms = JsonSerializer.Deserialize(value.AsSpan(notes + 1), StoredJson.Default.StoredTerms) ?? throw new FormatException();
        var stored = ReadNotes(value.AsSpan(header + 1, notes - header - 1));
        var confirmed = Number(text[fields[9]]);
        return new Lease
        {
            Id = id,
            Terms = terms.ToTerms(),
            State = ReadState(text[fields[0]][0]),
            Generation = Number(text[fields[1]]),
            IssuedAt = Instant.Read(Number(text[fields[3]])),
            ExpiresAt = Instant.Read(Number(text[fields[4]])),
            MaxExpiresAt = Instant.Read(Number(text[fields[5]])),
            EndReason = (EndReason)Number(text[fields[8]]),
            EndedAt = stored is { EndedAt: > 0 } ? Instant.Read(stored.EndedAt) : null,
            ConfirmedAt = confirmed == 0 ? null : Instant.Read(confirmed),
            BackendHandle = stored?.Handle,
            SupersededBy = stored?.SupersededBy is { } by ? LeaseId.Parse(by) : null,
        };
    }

    private static StoredNotes? ReadNotes(ReadOnlySpan<char> text) =>
        text.IsEmpty ? null : JsonSerializer.Deserialize(text, StoredJson.Default.StoredNotes);

    private static LeaseState ReadState(char state) => state switch
    {
        'i' => LeaseState.Intent,
        'a' => LeaseState.Active,
        'r' => LeaseState.Revoking,
        'd' => LeaseState.Revoked,
        'x' => LeaseState.Irrevocable,
        _ => throw new FormatException(),
    };

    private static long Number(ReadOnlySpan<char> text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
