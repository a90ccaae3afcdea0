namespace CredBroker.Approvals;

/// <summary>Somebody who decides.</summary>
/// <param name="Principal">Who, as the audit trail and the groups name them.</param>
/// <param name="Name">The same without the issuer that says so.</param>
/// <param name="Tenants">The tenants in which they may approve.</param>
public sealed record Approver(string Principal, string Name, TenantScope Tenants);
