using CredBroker.Revocation;
using CredBroker.Tokens;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>The sealed ring of signing keys in Redis, and the ids of withdrawn keys for the feed.</summary>
internal sealed class RedisSigningKeyStore(RedisStore store, TimeProvider time) : ISigningKeyStore, IDisposable
{
    private static readonly RedisKey RingKey = "cb:{meta}:keys";
    private static readonly RedisValue[] RingFields = ["v", "d"];
    private readonly WakeLatch _wake = new(time);

    /// <summary>Ids of withdrawn keys by the instant until which verifiers are told of them.</summary>
    public static RedisKey WithdrawnKey { get; } = "cb:{meta}:withdrawn_keys";

    /// <summary>Counts what verifiers have been told of them.</summary>
    public static RedisKey WithdrawnSequenceKey { get; } = "cb:{meta}:withdrawn_seq";

    public async Task<StoredKeyRing?> ReadAsync(CancellationToken cancellationToken)
    {
        var fields = await store.GuardAsync(database => database.HashGetAsync(RingKey, RingFields), cancellationToken);
        return fields.All(field => field.IsNull) ? null : new StoredKeyRing((string?)fields[0] ?? "", (string?)fields[1] ?? "");
    }

    public async Task<bool> TryPutAsync(KeyRingPut put, CancellationToken cancellationToken)
    {
        var reply = await store.RunAsync(
            LuaScript.PutKeys,
            [RingKey, WithdrawnKey, WithdrawnSequenceKey],
            [
                put.Expected ?? "", put.Ring.Version, put.Ring.Content, store.Now, put.WhateverTheClocksSay ? "" : store.ClockBound,
                Instant.Write(put.Keep), .. put.Withdrawn.Select(id => (RedisValue)id),
            ],
            cancellationToken);
        if (reply.Code == "CLOCK")
        {
            throw new RefusedException(
                ErrorReason.StoreUnavailable, "The clocks of the broker and its store are too far apart; an operator has to mend them.")
            {
                RetryAfter = TimeSpan.FromSeconds(10),
            };
        }

        if (reply.Code != "OK") return false;
        RedisWakeUp.SendKeys(store.Connection);
        RedisWakeUp.Send(store.Connection, FeedCursor.KeyPosition);
        return true;
    }

    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        await _wake.ListenAsync(wake => RedisWakeUp.ListenForKeysAsync(store.Connection, wake));
        await _wake.WaitAsync(atMost, cancellationToken);
    }

    public void Dispose() => _wake.Dispose();
}
