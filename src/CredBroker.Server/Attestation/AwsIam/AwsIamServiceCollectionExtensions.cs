using CredBroker.Attestation;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CredBroker.Server.Attestation.AwsIam;

/// <summary>Plugs in the <c>aws_iam</c> attestor.</summary>
public static class AwsIamServiceCollectionExtensions
{
    /// <summary>
    /// Adds the attestor with the settings of <see cref="AwsIamOptions.SectionName"/>, which are validated at start, and the
    /// attestation verb itself. Wants an <see cref="IReplayMemory"/> among the services.
    /// </summary>
    public static IServiceCollection AddAwsIamAttestor(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddWorkloadAttestation();
        services.AddSettings<AwsIamOptions>(configuration, AwsIamOptions.SectionName, options => options.Faults());
        services.TryAddSingleton<SecurityTokenService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAttestor, AwsIamAttestor>());
        return services;
    }
}
