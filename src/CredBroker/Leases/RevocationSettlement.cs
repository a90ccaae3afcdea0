namespace CredBroker.Leases;

/// <summary>What became of one attempt.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Pause">How long until the next attempt, where there is one.</param>
/// <param name="Error">What went wrong, for operators; without secrets.</param>
public sealed record RevocationSettlement(SettlementOutcome Outcome, TimeSpan Pause = default, string? Error = null)
{
    /// <summary>The handle as it is now; null = as it was claimed.</summary>
    public string? Handle { get; init; }
}
