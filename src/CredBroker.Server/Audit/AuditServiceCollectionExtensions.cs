using CredBroker.Audit;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Audit;

/// <summary>Registers the audit trail.</summary>
public static class AuditServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IAuditLog"/> as files of JSON Lines, with the section <c>Audit</c>. Needs a <see cref="DataFolder"/> and
    /// a <see cref="TimeProvider"/>. The trail is opened at start; where it cannot be, the server does not start.
    /// </summary>
    public static IServiceCollection AddAuditLog(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<AuditOptions>(configuration, AuditOptions.SectionName, options => options.Faults());
        services.TryAddSingleton<IAuditDisk, FileAuditDisk>();
        services.TryAddSingleton<IAuditLog>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<AuditOptions>>().Value;
            return new FileAuditLog(
                options.Path ?? provider.GetRequiredService<DataFolder>().File("audit"),
                options.MaxFileBytes,
                provider.GetRequiredService<IAuditDisk>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<FileAuditLog>>(),
                provider.GetService<AuditMetrics>());
        });
        services.AddHostedService<StartWith<IAuditLog>>();
        services.AddHostedService<BrokerLifeAudit>();
        return services;
    }
}
