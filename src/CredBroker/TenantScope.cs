namespace CredBroker;

/// <summary>The tenants whose things somebody may see or change: every one, or some.</summary>
public sealed class TenantScope
{
    private readonly HashSet<string> _tenants;

    private TenantScope(bool isAll, IEnumerable<string> tenants)
    {
        IsAll = isAll;
        _tenants = new HashSet<string>(tenants, StringComparer.Ordinal);
    }

    /// <summary>Every tenant, also one that there is not yet.</summary>
    public static TenantScope All { get; } = new(isAll: true, []);

    /// <summary>No tenant at all.</summary>
    public static TenantScope None { get; } = new(isAll: false, []);

    /// <summary>Whether it is every tenant; <see cref="Tenants"/> is then empty.</summary>
    public bool IsAll { get; }

    /// <summary>Whether it is no tenant at all.</summary>
    public bool IsNone => !IsAll && _tenants.Count == 0;

    /// <summary>The tenants, where it is not all of them.</summary>
    public IReadOnlyCollection<string> Tenants => _tenants;

    /// <summary>These tenants and no other.</summary>
    public static TenantScope Of(IEnumerable<string> tenants) => new(isAll: false, tenants);

    /// <summary>Whether a tenant is among them.</summary>
    public bool Includes(string tenant) => IsAll || _tenants.Contains(tenant);
}
