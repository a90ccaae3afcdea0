using CredBroker.Attestation;
using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation.Kubernetes;

/// <summary>Verifies the projected service-account tokens of one cluster.</summary>
internal sealed class TrustedCluster : IDisposable
{
    private readonly KubernetesClusterOptions _settings;
    private readonly JwtVerifier _verifier;
    private readonly IReadOnlyList<string> _audiences;
    private readonly IReadOnlyList<string> _refusedAudiences;
    private readonly ApiServer? _api;

    public TrustedCluster(KubernetesClusterOptions settings, KubernetesOptions options, Keyrings keyrings, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _audiences = settings.EffectiveAudiences;
        _refusedAudiences = settings.RefusedAudiences;
        _verifier = new JwtVerifier(new JwtDemands(_audiences, options.ClockSkew, settings.MaxLifetime), time);
        Keyring = keyrings.Open(KeyringTerms.OfIssuer(settings.Issuer, options.LastGoodFor) with { Owner = $"Cluster {settings.Name}" }, settings.ToSource());
        _api = settings.ApiAccess is { } access ? new ApiServer(settings.Name, access, logger) : null;
    }

    public string Issuer => _settings.Issuer;

    /// <summary>Its keys.</summary>
    public Keyring Keyring { get; }

    /// <summary>How long what was verified may be remembered: an API server may change its mind at any time.</summary>
    public TimeSpan? Remember => _api is null ? null : TimeSpan.FromSeconds(30);

    /// <summary>Whether a key of this cluster made the token.</summary>
    public async ValueTask<bool> HasSignedAsync(Jwt token, CancellationToken cancellationToken)
    {
        try
        {
            await _verifier.VerifyAsync(token, Keyring, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (JwtFault)
        {
            return false;
        }
    }

    /// <summary>What costs nothing comes before the signature, and the API server, which costs the most, after it.</summary>
    /// <exception cref="JwtFault">It proves nothing, or nobody can tell now.</exception>
    public async ValueTask<(AttestedSubject Subject, KeySet Keys)> VerifyAsync(Jwt token, PodIdentity pod, string digest, CancellationToken cancellationToken)
    {
        if (token.Audiences.Intersect(_refusedAudiences, StringComparer.Ordinal).Any()) throw new JwtFault("it is good at the API server too");
        _verifier.Weigh(token);
        var keys = await _verifier.VerifyAsync(token, Keyring, cancellationToken).ConfigureAwait(false);
        if (_api is not null) await _api.ConfirmAsync(token, pod, _audiences, cancellationToken).ConfigureAwait(false);
        var subject = $"kubernetes://{_settings.Name}/{pod.Namespace}/{pod.ServiceAccount}";
        return (new AttestedSubject(KubernetesAttestor.AttestorName, subject, [.. pod.SelectorsIn(_settings.Name)], digest, token.ExpiresAt), keys);
    }

    public void Dispose() => _api?.Dispose();
}
