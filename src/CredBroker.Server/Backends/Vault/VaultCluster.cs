using System.Collections.Concurrent;
using CredBroker.Server.Backends.Vault.Client;

namespace CredBroker.Server.Backends.Vault;

/// <summary>A cluster that the broker knows: its settings, its login and the way to it.</summary>
internal sealed class VaultCluster(VaultClusterOptions options, VaultHttp http, VaultSession session) : IDisposable
{
    /// <summary>The namespace above all others.</summary>
    public const string Root = "";

    private static readonly VaultCall Health = new(HttpMethod.Get, "sys/health") { Lane = "health" };

    private readonly ConcurrentDictionary<string, IVaultClient> _clients = new(StringComparer.Ordinal);

    public VaultClusterOptions Options => options;

    public string Name => options.Name;

    public VaultSession Session => session;

    /// <summary>Calls in a namespace; null = the cluster's own.</summary>
    public IVaultClient In(string? ns) => _clients.GetOrAdd(
        ns ?? options.Namespace ?? Root, named => new VaultClient(new VaultChannel(http, session, named == Root ? null : named)));

    /// <summary>The status by which <c>sys/health</c> tells how the cluster is.</summary>
    /// <exception cref="VaultException">There is no answer.</exception>
    public Task<int> ReadHealthAsync(CancellationToken cancellationToken) => http.StatusAsync(Health, cancellationToken);

    public void Dispose() => session.Dispose();
}
