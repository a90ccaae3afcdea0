using System.Text.Json;
using CredBroker.Approvals;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>A request for approval as a hash: what scripts change in fields of its own, the rest as JSON.</summary>
internal static class ApprovalCodec
{
    /// <summary>What is read of one.</summary>
    public static readonly RedisValue[] Fields = ["st", "gen", "at", "lp", "d", "v", "ul", "ua", "ug", "la", "lg"];

    public static string Write(ApprovalRequest request) => JsonSerializer.Serialize(StoredApproval.From(request), StoredJson.Default.StoredApproval);

    public static string Write(IEnumerable<ApprovalVote> votes) =>
        JsonSerializer.Serialize([.. votes.Select(StoredVote.From)], StoredJson.Default.StoredVoteArray);

    public static string Write(ApprovalState state) => state switch
    {
        ApprovalState.Pending => "p",
        ApprovalState.Approved => "a",
        ApprovalState.Denied => "d",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>The request; null where there is none.</summary>
    /// <exception cref="FormatException">It is damaged, or of a later version.</exception>
    public static ApprovalRequest? Read(ApprovalId id, RedisValue[] fields)
    {
        if (fields[0].IsNull) return null;
        try
        {
            return ReadParts(id, fields);
        }
        catch (Exception fault) when (UnreadableRecords.IsSignedBy(fault))
        {
            throw UnreadableRecords.Fault(id.Value, fault);
        }
    }

    private static ApprovalRequest ReadParts(ApprovalId id, RedisValue[] fields)
    {
        var stored = JsonSerializer.Deserialize((string)fields[4]!, StoredJson.Default.StoredApproval) ?? throw new FormatException();
        var votes = fields[5].IsNull ? [] : JsonSerializer.Deserialize((string)fields[5]!, StoredJson.Default.StoredVoteArray) ?? [];
        return stored.ToRequest(id) with
        {
            State = ReadState((string)fields[0]!),
            Generation = (long)fields[1],
            AskedAt = Instant.Read((long)fields[2]),
            LapsesAt = Instant.Read((long)fields[3]),
            Votes = [.. votes.Select(vote => vote.ToVote())],
            UsedFor = fields[6].IsNullOrEmpty ? null : LeaseId.Parse((string)fields[6]!),
            Used = ReadStep(fields[7], fields[8]),
            Lapsed = ReadStep(fields[9], fields[10]),
        };
    }

    private static (DateTimeOffset At, long Generation)? ReadStep(RedisValue at, RedisValue generation) =>
        at.IsNull ? null : (Instant.Read((long)at), (long)generation);

    private static ApprovalState ReadState(string state) => state switch
    {
        "p" => ApprovalState.Pending,
        "a" => ApprovalState.Approved,
        "d" => ApprovalState.Denied,
        "l" => ApprovalState.Lapsed,
        "u" => ApprovalState.Used,
        _ => throw new FormatException(),
    };
}
