namespace CredBroker.Testing;

/// <summary>A clock whose time of day somebody sets, while time itself goes on by another.</summary>
public sealed class SteppedClock(TimeProvider steady) : TimeProvider
{
    /// <summary>By how much it has been set forward, or back.</summary>
    public TimeSpan Step { get; set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => steady.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + Step;

    /// <inheritdoc/>
    public override long GetTimestamp() => steady.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        steady.CreateTimer(callback, state, dueTime, period);
}
