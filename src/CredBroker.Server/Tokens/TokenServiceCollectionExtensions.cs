using CredBroker.Server.Hosting;
using CredBroker.Tokens;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CredBroker.Server.Tokens;

/// <summary>Registers what signs access tokens.</summary>
public static class TokenServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IAccessTokenMinter"/> and <see cref="ISigningKeyRing"/>, with the section <c>Tokens</c>. Needs a
    /// <see cref="DataFolder"/>. The key is read, or made, at start.
    /// </summary>
    public static IServiceCollection AddTokens(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<TokenOptions>(configuration, TokenOptions.SectionName, options => options.Faults());
        services.TryAddSingleton<ISigningKeyRing, FileSigningKeyRing>();
        services.TryAddSingleton<IAccessTokenMinter, AccessTokenMinter>();
        services.AddHostedService<StartWith<ISigningKeyRing>>();
        return services;
    }
}
