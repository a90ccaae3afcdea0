using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>Holds selectors against the tenants in which somebody may act.</summary>
internal static class SelectorScope
{
    /// <summary>The same selectors within some tenants: one that names no tenant means all of those.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.OperatorRoleRequired"/>: one names another tenant.</exception>
    public static IReadOnlyList<LeaseSelector> Narrow(IReadOnlyList<LeaseSelector> selectors, TenantScope tenants) =>
        tenants.IsAll ? selectors : [.. selectors.SelectMany(selector => Narrow(selector, tenants))];

    /// <summary>Whether all that the selectors can match lies within some tenants.</summary>
    public static bool Covers(TenantScope tenants, IReadOnlyList<LeaseSelector> selectors) =>
        tenants.IsAll || selectors.All(selector => selector.Tenant is { } tenant && tenants.Includes(tenant));

    private static IEnumerable<LeaseSelector> Narrow(LeaseSelector selector, TenantScope tenants)
    {
        if (selector.Tenant is null) return tenants.Tenants.Select(tenant => selector with { Tenant = tenant });
        return tenants.Includes(selector.Tenant)
            ? [selector]
            : throw new RefusedException(ErrorReason.OperatorRoleRequired, "The call needs an operator's role in every tenant that it names.");
    }
}
