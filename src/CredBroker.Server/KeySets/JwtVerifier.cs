using CredBroker.Server.Jose;

namespace CredBroker.Server.KeySets;

/// <summary>Weighs JWTs: what they say about themselves, and then whether a key of the right owner signed them.</summary>
internal sealed class JwtVerifier
{
    private readonly JwtDemands _demands;
    private readonly JwtTimes _times;
    private readonly JwtSignature _signature;

    public JwtVerifier(JwtDemands demands, TimeProvider time)
    {
        _demands = demands;
        _times = new JwtTimes(time, demands.ClockSkew, demands.MaxLifetime);
        _signature = new JwtSignature(demands.Audiences, _times);
    }

    /// <summary>What costs nothing comes first: audience and times.</summary>
    /// <exception cref="JwtFault">It is not for us, or not good now.</exception>
    public void Weigh(Jwt jwt)
    {
        if (!jwt.Audiences.Intersect(_demands.Audiences, StringComparer.Ordinal).Any()) throw new JwtFault("it is not made for this server's audience");
        _times.Check(jwt);
    }

    /// <summary>Verifies the signature; answers with the key set that it was verified with.</summary>
    /// <exception cref="JwtFault">No key of that owner made it, or nobody can tell now.</exception>
    public async ValueTask<KeySet> VerifyAsync(Jwt jwt, Keyring keyring, CancellationToken cancellationToken)
    {
        var keys = await keyring.FindAsync(jwt.KeyId, cancellationToken).ConfigureAwait(false);
        var key = keys.Keys[jwt.KeyId];
        if (!key.Algorithms.Contains(jwt.Algorithm, StringComparer.Ordinal)) throw new JwtFault("its algorithm does not go with its key");
        await _signature.VerifyAsync(jwt, key).ConfigureAwait(false);
        return keys;
    }
}
