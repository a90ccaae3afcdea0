namespace CredBroker.Conformance.Stores;

/// <summary>The machine's clock, put forward or back: the store's clock cannot be moved, so the broker's is.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private long _ticks;

    /// <summary>How far it is from the machine's.</summary>
    public TimeSpan Offset
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _ticks));
        set => Volatile.Write(ref _ticks, value.Ticks);
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
