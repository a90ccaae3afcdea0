namespace CredBroker.Server.Storage.Redis;

/// <summary>
/// For how long this broker has heard each bucket of the store without a break. While it did not, no heartbeat could come through
/// it either, so none was missed. It begins with the broker, which does not know what was before.
/// </summary>
internal sealed class StoreContact
{
    private readonly TimeProvider _time;
    private readonly long[] _since;
    private readonly bool[] _lost = new bool[Buckets.Count];

    public StoreContact(TimeProvider time)
    {
        _time = time;
        _since = new long[Buckets.Count];
        Array.Fill(_since, time.GetTimestamp());
    }

    /// <summary>The bucket has answered.</summary>
    public void Heard(int bucket)
    {
        if (!Volatile.Read(ref _lost[bucket])) return;
        Volatile.Write(ref _since[bucket], _time.GetTimestamp());
        Volatile.Write(ref _lost[bucket], false);
    }

    /// <summary>The bucket has not answered.</summary>
    public void Lost(int bucket) => Volatile.Write(ref _lost[bucket], true);

    /// <summary>For how long it has been heard; nothing while it is not.</summary>
    public TimeSpan UnbrokenFor(int bucket) =>
        Volatile.Read(ref _lost[bucket]) ? TimeSpan.Zero : _time.GetElapsedTime(Volatile.Read(ref _since[bucket]));
}
