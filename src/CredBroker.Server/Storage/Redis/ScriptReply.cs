using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>What a script answered: a code, then values.</summary>
internal readonly struct ScriptReply(RedisValue[] values)
{
    public string Code => (string)values[0]!;

    public int Count => values.Length - 1;

    public string Text(int index) => (string)values[index + 1]!;

    public long Number(int index) => (long)values[index + 1];

    public DateTimeOffset Time(int index) => Instant.Read(Number(index));
}
