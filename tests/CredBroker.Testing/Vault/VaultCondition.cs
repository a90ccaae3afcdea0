namespace CredBroker.Testing.Vault;

/// <summary>How the server as a whole is.</summary>
internal sealed class VaultCondition
{
    public bool IsSealed { get; set; }

    public bool IsInitialised { get; set; } = true;

    public bool IsStandby { get; set; }

    /// <summary>Where a standby sends its callers; null = nowhere, it has lost the active node.</summary>
    public string? ActiveAddress { get; set; }

    /// <summary>What <c>sys/health</c> says whatever the truth is, such as 472 and 473.</summary>
    public int? HealthStatus { get; set; }
}
