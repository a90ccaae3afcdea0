using CredBroker.Client.Evidence;
using CredBroker.Client.Internal;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CredBroker.Client;

/// <summary>The broker for programs with a service container.</summary>
public static class CredBrokerServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="ICredBroker"/>. Options come from the configuration's section <c>CredBroker</c>, then from
    /// <paramref name="configure"/>, and are checked at start. Register an <see cref="IEvidenceSource"/> of your own before to replace the
    /// one that the options name.
    /// </summary>
    public static IServiceCollection AddCredBroker(this IServiceCollection services, Action<CredBrokerOptions>? configure = null)
    {
        services.AddOptions<CredBrokerOptions>().Configure<IServiceProvider>(Bind).ValidateOnStart();
        if (configure is not null) services.Configure(configure);
        services.AddOptions<CredBrokerOptions>().PostConfigure<IServiceProvider>(LeaveSignalsToTheHost);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CredBrokerOptions>, OptionsRules>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ICredBroker>(provider => new CredBrokerClient(
            provider.GetRequiredService<IOptions<CredBrokerOptions>>().Value,
            provider.GetService<IEvidenceSource>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()));
        services.TryAddSingleton<ApplicationTask>();
        return services;
    }

    /// <summary>
    /// Puts a token from the broker on each request of this client. The token belongs to the task that is current
    /// (<see cref="BrokerTask.MakeCurrent"/>); where none is, to the one task of the application that <c>CredBroker:Purpose</c> describes.
    /// It is fetched once per task, renewed in the background, and after a 401 replaced, and the request is sent once more unless its
    /// content is a stream. A request that has an <c>Authorization</c> header already is left as it is.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="template">The template that the token is issued from.</param>
    /// <param name="capabilities">What it is wanted for; none = <see cref="Capability.Read"/>.</param>
    public static IHttpClientBuilder AddCredBrokerToken(this IHttpClientBuilder builder, string template, params Capability[] capabilities)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(template);
        var request = new CredentialRequest(template) { Capabilities = capabilities is [] ? [Capability.Read] : [.. capabilities] };
        return builder.AddHttpMessageHandler(provider => new CredBrokerTokenHandler(provider.GetRequiredService<ApplicationTask>(), request));
    }

    private static void LeaveSignalsToTheHost(CredBrokerOptions options, IServiceProvider provider) =>
        options.HandleSignals &= provider.GetService<IHostApplicationLifetime>() is null;

    private static void Bind(CredBrokerOptions options, IServiceProvider provider) =>
        provider.GetService<IConfiguration>()?.GetSection(CredBrokerOptions.SectionName).Bind(options, o => o.ErrorOnUnknownConfiguration = true);
}
