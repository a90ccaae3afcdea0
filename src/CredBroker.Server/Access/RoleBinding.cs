namespace CredBroker.Server.Access;

/// <summary>Gives a principal a role in one tenant, or in all of them.</summary>
/// <param name="Principal">Who, exactly as the issuer names them.</param>
/// <param name="Role">The role.</param>
/// <param name="Tenant">One tenant by its exact name, or <see cref="EveryTenant"/>.</param>
public sealed record RoleBinding(string Principal, OperatorRole Role, string Tenant)
{
    /// <summary>Every tenant, also one that there is not yet.</summary>
    public const string EveryTenant = "*";
}
