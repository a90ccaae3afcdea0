using System.Globalization;
using System.Text.Json;
using CredBroker.Tasks;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>A task as a hash: fields that scripts change, and one with what never changes.</summary>
internal static class TaskCodec
{
    public static readonly RedisValue[] Fields = ["d", "st", "tok", "op", "dl", "hb", "hi", "au", "re", "en", "er", "out", "by"];

    public static string Write(AgentTask task) => JsonSerializer.Serialize(StoredTask.From(task), StoredJson.Default.StoredTask);

    /// <exception cref="FormatException">It is damaged, or of a later version.</exception>
    public static AgentTask? Read(TaskId id, RedisValue[] fields)
    {
        try
        {
            return fields[0].IsNull ? null : ReadParts(id, fields);
        }
        catch (Exception fault) when (UnreadableRecords.IsSignedBy(fault))
        {
            throw UnreadableRecords.Fault(id.Value, fault);
        }
    }

    private static AgentTask ReadParts(TaskId id, RedisValue[] fields)
    {
        var stored = JsonSerializer.Deserialize((string)fields[0]!, StoredJson.Default.StoredTask) ?? throw new FormatException();
        return new AgentTask
        {
            Id = id,
            TaskRef = stored.TaskRef,
            Ancestors = [.. (stored.Ancestors ?? []).Select(TaskId.Parse)],
            AncestorSubjects = stored.AncestorSubjects ?? [],
            Ceiling = stored.Ceiling?.Select(entry => entry.ToDelegated()).ToArray(),
            Tenant = stored.Tenant,
            Subject = stored.Subject,
            Attestor = stored.Attestor,
            Kind = (WorkloadKind)stored.Kind,
            Selectors = stored.Selectors ?? [],
            Attributes = stored.Attributes ?? [],
            EvidenceDigest = stored.EvidenceDigest,
            Purpose = stored.Purpose,
            Intent = stored.Intent ?? "",
            Labels = stored.Labels ?? [],
            Vouched = stored.Vouched ?? [],
            TransactionId = stored.TransactionId,
            MaxDuration = Instant.ReadSpan(stored.MaxDurationMs),
            State = ReadState((string)fields[1]!),
            TokenHash = (string)fields[2]!,
            OpenedAt = Time(fields[3]),
            Deadline = Time(fields[4]),
            HeartbeatDeadline = Time(fields[5]),
            HeartbeatInterval = Instant.ReadSpan((long)fields[6]),
            AttestedUntil = Time(fields[7]),
            ReattestEvery = Instant.ReadSpan((long)fields[8]),
            EndedAt = fields[9].IsNull ? null : Time(fields[9]),
            EndReason = fields[10].IsNull ? EndReason.None : (EndReason)int.Parse((string)fields[10]!, CultureInfo.InvariantCulture),
            Outcome = fields[11],
            EndedBy = fields[12],
        };
    }

    private static DateTimeOffset Time(RedisValue value) => Instant.Read((long)value);

    private static TaskState ReadState(string state) => state switch
    {
        "o" => TaskState.Open,
        "s" => TaskState.Sealed,
        "e" => TaskState.Ended,
        _ => throw new FormatException(),
    };
}
