using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Instants and durations as the store keeps them: whole milliseconds.</summary>
internal static class Instant
{
    public static RedisValue Write(DateTimeOffset value) => value.ToUnixTimeMilliseconds();

    public static RedisValue Write(TimeSpan value) => (long)value.TotalMilliseconds;

    public static DateTimeOffset Read(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static TimeSpan ReadSpan(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
