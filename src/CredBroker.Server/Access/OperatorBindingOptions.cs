namespace CredBroker.Server.Access;

/// <summary>One role of one operator.</summary>
public sealed class OperatorBindingOptions
{
    /// <summary>The principal, exactly as the issuer names them.</summary>
    public string Principal { get; set; } = "";

    /// <summary>viewer, responder, approver or platform-admin.</summary>
    public string Role { get; set; } = "";

    /// <summary>A tenant by its exact name, or <c>*</c> for every one.</summary>
    public string Tenant { get; set; } = "";

    /// <summary>The issuer that the principal is of; may be left out where there is only one.</summary>
    public string? Issuer { get; set; }

    /// <summary>The binding; the settings must be without fault.</summary>
    internal RoleBinding ToBinding() =>
        OperatorRoles.TryParse(Role, out var role) ? new RoleBinding(Principal, role, Tenant) : throw new InvalidOperationException("There is no such role.");

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults(string at, IReadOnlyList<OperatorIssuerOptions> issuers)
    {
        if (string.IsNullOrWhiteSpace(Principal)) yield return $"{at}:{nameof(Principal)} is missing.";
        if (!OperatorRoles.TryParse(Role, out _))
            yield return $"{at}:{nameof(Role)} must be one of {string.Join(", ", OperatorRoles.All.Select(OperatorRoles.NameOf))}.";
        if (string.IsNullOrWhiteSpace(Tenant)) yield return $"{at}:{nameof(Tenant)} is missing: name a tenant, or * for every one.";
        else if (Tenant.Contains('*', StringComparison.Ordinal) && Tenant != RoleBinding.EveryTenant)
            yield return $"{at}:{nameof(Tenant)} must be one tenant's exact name or *; a pattern is neither.";
        if (Issuer is null && issuers.Count > 1) yield return $"{at}:{nameof(Issuer)} is missing: with several issuers a principal is nobody without its issuer.";
        if (Issuer is not null && issuers.All(issuer => issuer.Issuer != Issuer)) yield return $"{at}:{nameof(Issuer)} is none of {AccessOptions.SectionName}:{nameof(AccessOptions.Issuers)}.";
    }
}
