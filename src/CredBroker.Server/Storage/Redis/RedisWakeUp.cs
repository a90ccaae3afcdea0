using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Pub/sub only wakes readers: what happened stands in the lists, and a bounded poll stands behind a lost message.</summary>
internal static class RedisWakeUp
{
    private static readonly RedisChannel Channel = RedisChannel.Literal("cb:wake");
    private static readonly RedisChannel KeyChannel = RedisChannel.Literal("cb:wake:keys");

    public static void Send(IConnectionMultiplexer connection, int bucket) =>
        _ = connection.GetSubscriber().PublishAsync(Channel, bucket, CommandFlags.FireAndForget);

    public static Task ListenAsync(IConnectionMultiplexer connection, Action wake) =>
        connection.GetSubscriber().SubscribeAsync(Channel, (_, _) => wake());

    /// <summary>The signing keys have changed.</summary>
    public static void SendKeys(IConnectionMultiplexer connection) =>
        _ = connection.GetSubscriber().PublishAsync(KeyChannel, RedisValue.EmptyString, CommandFlags.FireAndForget);

    public static Task ListenForKeysAsync(IConnectionMultiplexer connection, Action wake) =>
        connection.GetSubscriber().SubscribeAsync(KeyChannel, (_, _) => wake());
}
