namespace CredBroker;

/// <summary>The refusal of everything that needs a trustworthy clock while the store's and the broker's are too far apart.</summary>
public static class StoreClock
{
    /// <summary>The refusal itself: <see cref="ErrorReason.StoreUnavailable"/>.</summary>
    public static RefusedException Fault() => new(
        ErrorReason.StoreUnavailable, "The clocks of the broker and its store are too far apart; an operator has to mend them.")
    {
        RetryAfter = TimeSpan.FromSeconds(10),
    };
}
