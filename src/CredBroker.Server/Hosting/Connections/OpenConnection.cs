namespace CredBroker.Server.Hosting.Connections;

/// <summary>A connection that callers hold open.</summary>
/// <param name="address">What its other end is counted as.</param>
internal sealed class OpenConnection(string address)
{
    private long _usedAt = long.MinValue;

    /// <summary>What its other end is counted as, see <see cref="NetworkAddress"/>.</summary>
    public string Address => address;

    /// <summary>When a request last came by it, in ticks of the clock; <see cref="long.MinValue"/> where none ever did.</summary>
    public long UsedAt => Volatile.Read(ref _usedAt);

    /// <summary>A request has come.</summary>
    public void Use(TimeProvider time) => Volatile.Write(ref _usedAt, time.GetTimestamp());
}
