namespace CredBroker.Server.Api.AuthZen;

/// <summary>Adds what answers the AuthZEN Authorization API.</summary>
internal static class AuthZenServiceCollectionExtensions
{
    public static IServiceCollection AddAuthZen(this IServiceCollection services)
    {
        services.AddSingleton<EvaluationErrors>();
        services.AddSingleton<EvaluationEndpoint>();
        return services;
    }
}
