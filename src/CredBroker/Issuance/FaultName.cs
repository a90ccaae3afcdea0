namespace CredBroker.Issuance;

/// <summary>Why something that was allowed did not take place, as the audit trail says it.</summary>
internal static class FaultName
{
    /// <summary>The wire name of a refusal's reason; <c>internal</c> for a fault of the broker.</summary>
    public static string Of(Exception fault) => fault is RefusedException refusal ? ReasonName.Of(refusal.Reason) : "internal";
}
