using Microsoft.AspNetCore.Authorization;

namespace CredBroker.Verification.Authorization;

/// <summary>What a token must grant for an endpoint. A request without it is answered 403 <c>insufficient_scope</c> (RFC 6750).</summary>
public static class CredBrokerPolicyExtensions
{
    private static readonly string[] KnownCapabilities = ["read", "write", "delegate"];

    /// <summary>All of these capabilities: <c>read</c>, <c>write</c>, <c>delegate</c>.</summary>
    /// <exception cref="ArgumentException">None is given, or one that the broker does not know.</exception>
    public static AuthorizationPolicyBuilder RequireCapability(this AuthorizationPolicyBuilder policy, params string[] capabilities)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        if (capabilities.FirstOrDefault(capability => !KnownCapabilities.Contains(capability)) is { } unknown)
            throw new ArgumentException($"'{unknown}' is no capability; there are {string.Join(", ", KnownCapabilities)}.", nameof(capabilities));
        return policy.RequireGrant(CredBrokerClaimTypes.Capability, capabilities);
    }

    /// <summary>All of these scopes.</summary>
    /// <exception cref="ArgumentException">None is given, or one that is no scope (RFC 6749 section 3.3).</exception>
    public static AuthorizationPolicyBuilder RequireScope(this AuthorizationPolicyBuilder policy, params string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        if (!scopes.All(IsScope)) throw new ArgumentException("A scope is printable ASCII without spaces, quotes and backslashes.", nameof(scopes));
        return policy.RequireGrant(CredBrokerClaimTypes.Scope, scopes);
    }

    private static AuthorizationPolicyBuilder RequireGrant(this AuthorizationPolicyBuilder policy, string claimType, string[] values)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (values.Length == 0) throw new ArgumentException("Say what is required.", nameof(values));
        return policy.RequireAuthenticatedUser().AddRequirements(new GrantRequirement(claimType, [.. values]));
    }

    private static bool IsScope(string scope) => scope is { Length: > 0 } && scope.All(c => c is >= '!' and <= '~' and not '"' and not '\\');
}
