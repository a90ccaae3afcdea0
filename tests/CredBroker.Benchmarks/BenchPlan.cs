namespace CredBroker.Benchmarks;

/// <summary>How much is measured. All of it is bounded.</summary>
/// <param name="IsQuick">The short form: under two minutes for everything.</param>
internal sealed record BenchPlan(bool IsQuick)
{
    /// <summary>Rounds of a rate.</summary>
    public int Rounds => IsQuick ? 3 : 7;

    /// <summary>How long one round lasts.</summary>
    public TimeSpan Round => TimeSpan.FromSeconds(IsQuick ? 1 : 3);

    /// <summary>How many calls processes get before anything is counted, so that the compiler has done its work.</summary>
    public int WarmUpCalls => IsQuick ? 8_000 : 60_000;

    /// <summary>For how long they get them at the most.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(IsQuick ? 6 : 40);

    /// <summary>Samples of a percentile that come one by one.</summary>
    public int Samples => IsQuick ? 200 : 1_000;

    /// <summary>Leases of the large store.</summary>
    public int Million => IsQuick ? 50_000 : 1_000_000;

    /// <summary>Leases of a mass revocation.</summary>
    public int MassRevocation => IsQuick ? 10_000 : 100_000;

    /// <summary>Leases of one large task.</summary>
    public int LargeTask => IsQuick ? 5_000 : 50_000;

    /// <summary>When everything is given up.</summary>
    public TimeSpan Limit => TimeSpan.FromMinutes(IsQuick ? 5 : 30);
}
