namespace CredBroker.Server.Access;

/// <summary>A person or machine that has proved who it is, and what it may do where.</summary>
public sealed class Operator
{
    private readonly Dictionary<OperatorRole, TenantScope> _scopes;

    /// <summary>Takes those of some bindings that are the principal's own.</summary>
    /// <param name="principal">Who, as the issuer names them.</param>
    /// <param name="bindings">What the issuer's principals were given.</param>
    /// <param name="issuer">Who says so, where there are several: the same name at another issuer is somebody else.</param>
    public Operator(string principal, IEnumerable<RoleBinding> bindings, string? issuer = null)
    {
        Name = principal;
        Principal = issuer is null ? principal : $"{principal} of {issuer}";
        Bindings = [.. bindings.Where(binding => binding.Principal == principal)];
        _scopes = OperatorRoles.All.ToDictionary(role => role, ScopeOf);
    }

    /// <summary>Who, as the audit trail names them.</summary>
    public string Principal { get; }

    /// <summary>The same without the issuer that says so.</summary>
    public string Name { get; }

    /// <summary>What they were given.</summary>
    public IReadOnlyList<RoleBinding> Bindings { get; }

    /// <summary>The tenants in which they have a role, or one that holds it.</summary>
    public TenantScope TenantsOf(OperatorRole role) => _scopes[role];

    /// <summary>Whether they have a role, or one that holds it, in a tenant.</summary>
    public bool MayIn(OperatorRole role, string tenant) => TenantsOf(role).Includes(tenant);

    private TenantScope ScopeOf(OperatorRole role)
    {
        var tenants = Bindings.Where(binding => binding.Role.Holds(role)).Select(binding => binding.Tenant).ToList();
        return tenants.Contains(RoleBinding.EveryTenant) ? TenantScope.All : TenantScope.Of(tenants);
    }
}
