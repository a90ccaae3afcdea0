using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.Kubernetes;

/// <summary>The clusters in the settings. Many clusters call their issuer the same; the key tells them apart.</summary>
internal sealed class TrustedClusters(IOptions<KubernetesOptions> options, Keyrings keyrings, TimeProvider time, ILogger<TrustedClusters> logger) : IDisposable
{
    private readonly TrustedCluster[] _all =
        [.. options.Value.Clusters.Select(cluster => new TrustedCluster(cluster, options.Value, keyrings, time, logger))];

    /// <summary>The cluster of that issuer whose key made the token.</summary>
    /// <exception cref="JwtFault">There is none, or nobody can tell now.</exception>
    public async ValueTask<TrustedCluster> FindAsync(Jwt token, CancellationToken cancellationToken)
    {
        var candidates = Array.FindAll(_all, cluster => cluster.Issuer == token.Issuer);
        if (candidates.Length == 0) throw new JwtFault("its issuer is not trusted here");
        if (candidates.Length == 1) return candidates[0];
        var knowing = Array.FindAll(candidates, cluster => cluster.Keyring.Knows(token.KeyId));
        if (knowing.Length == 0) return await AskAsync(candidates, token, cancellationToken).ConfigureAwait(false);
        // A cluster that calls a key like another's must not keep the other's pods out.
        foreach (var cluster in knowing.SkipLast(1))
            if (await cluster.HasSignedAsync(token, cancellationToken).ConfigureAwait(false)) return cluster;
        return knowing[^1];
    }

    public void Dispose() => Array.ForEach(_all, cluster => cluster.Dispose());

    private static async ValueTask<TrustedCluster> AskAsync(TrustedCluster[] candidates, Jwt token, CancellationToken cancellationToken)
    {
        JwtFault? unknown = null;
        foreach (var cluster in candidates)
        {
            try
            {
                await cluster.Keyring.FindAsync(token.KeyId, cancellationToken).ConfigureAwait(false);
                return cluster;
            }
            catch (JwtFault fault)
            {
                // It may be of the one cluster that cannot be asked.
                if (unknown is not { CannotTell: true }) unknown = fault;
            }
        }

        throw unknown!;
    }
}
