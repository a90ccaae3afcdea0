using System.Security.Claims;
using CredBroker.Verification;
using CredBroker.Verification.Authorization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Tests.Verification;

[Category("Unit")]
internal sealed class PolicyTests
{
    [TestCase("CredBroker", "orders:read", ExpectedResult = true)]
    [TestCase("CredBroker", "orders:read2", ExpectedResult = false)]
    [TestCase("Cookies", "orders:read", ExpectedResult = false)]
    public async Task<bool> RequireScope_IdentityOfAScheme_CountsOnlyOurs(string scheme, string scope)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddAuthorization();
        using var provider = services.BuildServiceProvider();
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(CredBrokerClaimTypes.Scope, scope)], scheme));

        var result = await provider.GetRequiredService<IAuthorizationService>()
            .AuthorizeAsync(user, new AuthorizationPolicyBuilder().RequireScope("orders:read").Build());

        return result.Succeeded;
    }

    [Test]
    public void RequireCapability_UnknownOrNone_IsRefusedAtStart()
    {
        var policy = new AuthorizationPolicyBuilder();

        Assert.That(() => policy.RequireCapability("wirte"), Throws.ArgumentException.With.Message.Contains("wirte"));
        Assert.That(() => policy.RequireCapability(), Throws.ArgumentException);
        Assert.That(() => policy.RequireScope("two words"), Throws.ArgumentException);
        Assert.That(() => policy.RequireScope(""), Throws.ArgumentException);
    }
}
