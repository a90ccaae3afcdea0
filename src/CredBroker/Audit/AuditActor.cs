namespace CredBroker.Audit;

/// <summary>Who acted.</summary>
/// <param name="Kind">agent, orchestrator, service, human, system, or unknown before attestation.</param>
/// <param name="Subject">The attested subject or operator principal; empty where unknown.</param>
/// <param name="Tenant">The tenant; empty where unknown.</param>
public sealed record AuditActor(string Kind, string Subject, string Tenant)
{
    /// <summary>The broker itself.</summary>
    public static AuditActor System { get; } = new("system", "", "");

    /// <summary>Somebody who has not proved anything.</summary>
    public static AuditActor Unknown { get; } = new("unknown", "", "");
}
