using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace CredBroker.Verification.Authorization;

/// <summary>Every one of some scopes or capabilities, from an identity of this scheme and no other.</summary>
internal sealed class GrantRequirement(string claimType, IReadOnlyList<string> values) : AuthorizationHandler<GrantRequirement>, IAuthorizationRequirement
{
    public string ClaimType => claimType;

    public IReadOnlyList<string> Values => values;

    public override string ToString() => $"{ClaimType}: {string.Join(' ', Values)}";

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, GrantRequirement requirement)
    {
        var identity = context.User.Identities.FirstOrDefault(identity => identity.AuthenticationType == CredBrokerDefaults.AuthenticationScheme);
        if (identity is not null && requirement.Values.All(value => identity.HasClaim(requirement.ClaimType, value)))
            context.Succeed(requirement);
        else if (context.Resource is HttpContext http)
            http.Features.Set(new MissingGrant(requirement));
        return Task.CompletedTask;
    }
}
