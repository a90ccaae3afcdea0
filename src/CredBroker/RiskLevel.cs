namespace CredBroker;

/// <summary>What it would cost if a template's credentials were misused.</summary>
public enum RiskLevel
{
    /// <summary>Little.</summary>
    Low = 1,

    /// <summary>Something.</summary>
    Medium = 2,

    /// <summary>Much.</summary>
    High = 3,

    /// <summary>Everything.</summary>
    Critical = 4,
}
