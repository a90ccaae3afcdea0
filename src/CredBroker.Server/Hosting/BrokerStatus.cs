using System.Reflection;
using CredBroker.Audit;
using CredBroker.Policy.Cedar;
using CredBroker.Server.Storage.Redis;
using CredBroker.Templates;
using CredBroker.Tokens;

namespace CredBroker.Server.Hosting;

/// <summary>Tells whether the broker would issue now, and what is in the way where it would not.</summary>
internal sealed class BrokerStatus(RedisStore store, IAuditLog audit, ISigningKeyRing keys, ITemplateCatalogue catalogue, PolicyLibrary policies, TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public static string Version { get; } =
        typeof(BrokerStatus).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public async Task<StatusReport> ReadAsync(CancellationToken cancellationToken)
    {
        var snapshot = catalogue.Current;
        StatusComponent[] components =
        [
            await ReadStoreAsync(cancellationToken),
            new("audit", audit.IsAvailable, audit.IsAvailable ? "" : "The audit trail cannot be written; nothing is issued."),
            new("keys", keys.Published.Count > 0, ""),
            new("templates", snapshot.Templates.Count > 0, snapshot.Templates.Count > 0 ? "" : "There is no template, so nothing can be issued."),
            new("policies", policies.Count > 0, policies.Count > 0 ? "" : "There are no policies, so nothing is allowed."),
        ];
        return new StatusReport(
            components.All(component => component.IsHealthy || component.Name == "templates"),
            components,
            _startedAt,
            snapshot.Templates.Count,
            snapshot.Version,
            store.Options.IsEmbedded ? "embedded" : "redis");
    }

    private async Task<StatusComponent> ReadStoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.GuardAsync(database => database.PingAsync(), cancellationToken);
            return new StatusComponent("store", true, "");
        }
        catch (RefusedException refusal)
        {
            return new StatusComponent("store", false, refusal.Message);
        }
    }
}
