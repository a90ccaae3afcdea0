using System.Reflection;
using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Server.Storage.Redis;
using CredBroker.Templates;
using CredBroker.Tokens;

namespace CredBroker.Server.Hosting;

/// <summary>Tells whether the broker would issue now, and what is in the way where it would not.</summary>
internal sealed class BrokerStatus(
    RedisStore store, IRevocationBacklog backlog, IAuditLog audit, ISigningKeyRing keys, ITemplateCatalogue catalogue,
    IEnumerable<IStatusSource> sources, TimeProvider time)
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
            .. sources.SelectMany(source => source.Read()),
        ];
        return new StatusReport(
            components.All(component => component.IsHealthy || !component.IsVital),
            components,
            _startedAt,
            snapshot.Templates.Count,
            snapshot.Version,
            store.Form);
    }

    /// <summary>Revocations that wait for their backends, and leases that no backend would revoke; both 0 where the store does not answer.</summary>
    public async Task<(long Waiting, long DeadLetters)> CountRevocationsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await backlog.CountAsync([.. await backlog.ListBackendsAsync(cancellationToken)], cancellationToken);
        }
        catch (RefusedException)
        {
            return default;
        }
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
