using System.Buffers;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation.Kubernetes;

/// <summary>A cluster whose pods prove themselves by projected service-account tokens.</summary>
public sealed class KubernetesClusterOptions
{
    /// <summary>The issuer of a cluster that was set up without saying otherwise.</summary>
    public const string DefaultIssuer = "https://kubernetes.default.svc.cluster.local";

    /// <summary>The audience when none is set.</summary>
    public const string DefaultAudience = "credbroker";

    private const string KeysPath = "openid/v1/jwks";
    private static readonly SearchValues<char> NameChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    // What API servers accept where nobody says otherwise.
    private static readonly string[] UsualApiServerAudiences =
        ["https://kubernetes.default.svc", "https://kubernetes.default.svc.cluster.local", "https://kubernetes.default", "kubernetes"];

    /// <summary>Its name in subjects and selectors: 1 to 63 of a-z, 0-9 and -.</summary>
    public string Name { get; set; } = "";

    /// <summary><c>iss</c> of its tokens, to the letter: the API server's <c>--service-account-issuer</c>.</summary>
    public string Issuer { get; set; } = DefaultIssuer;

    /// <summary>A token must be made for one of these. None = <see cref="DefaultAudience"/>.</summary>
    public IList<string> Audiences { get; } = [];

    /// <summary>More audiences that its API server accepts; a token that is good there too is refused.</summary>
    public IList<string> ApiServerAudiences { get; } = [];

    /// <summary>Where its API server is: with it, every token is also shown to it (TokenReview) and the pod looked up. None = keys alone.</summary>
    public string? ApiServer { get; set; }

    /// <summary>A file with the broker's own token for the API server.</summary>
    public string? TokenFile { get; set; }

    /// <summary>Where its keys are; not set = at the API server, or without one as the discovery document of its issuer says.</summary>
    public string? JwksUri { get; set; }

    /// <summary>PEM of the authority of its certificate; none = the machine's.</summary>
    public string? CaFile { get; set; }

    /// <summary>Whether the API server and the keys may be in a private or link-local network.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>The longest life of a token: 10 min to 24 h; 1 h when not set.</summary>
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromHours(1);

    internal IReadOnlyList<string> EffectiveAudiences => Audiences.Count == 0 ? [DefaultAudience] : [.. Audiences];

    internal IReadOnlyList<string> RefusedAudiences => [Issuer, .. UsualApiServerAudiences, .. ApiServerAudiences];

    /// <summary>How the API server is reached; the settings must be without fault.</summary>
    internal RemoteAccess? ApiAccess => ApiServer is null
        ? null
        : new RemoteAccess(new Uri($"{ApiServer.TrimEnd('/')}/"), AllowPrivateAddresses, CaFile) { TokenFile = TokenFile };

    /// <summary>Where its keys come from; the settings must be without fault.</summary>
    internal IKeySource ToSource() => JwksUri is null && ApiAccess is { } access
        ? new RemoteKeys(access with { Address = new Uri(access.Address, KeysPath) })
        : IssuerAddress.ToSource(Issuer, JwksUri, AllowPrivateAddresses, CaFile);

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults(string at)
    {
        if (Name.Length is 0 or > 63 || Name.AsSpan().ContainsAnyExcept(NameChars)) yield return $"{at}:{nameof(Name)} must be 1 to 63 of a-z, 0-9 and -.";
        foreach (var (setting, fault) in IssuerAddress.Faults(Issuer, JwksUri, CaFile)) yield return $"{at}:{setting} {fault}.";
        foreach (var (i, audience) in EffectiveAudiences.Index())
        {
            if (string.IsNullOrWhiteSpace(audience)) yield return $"{at}:{nameof(Audiences)}:{i} is empty.";
            if (RefusedAudiences.Contains(audience, StringComparer.Ordinal)) yield return $"{at}:{nameof(Audiences)}:{i} is the API server's: whoever sees the evidence could act as the pod there.";
        }

        if (ApiServer is not null && !RemoteAccess.IsAllowed(ApiServer)) yield return $"{at}:{nameof(ApiServer)} must be an https address; http is for this machine alone.";
        if (ApiServer is not null && TokenFile is null) yield return $"{at}:{nameof(TokenFile)} is missing: the broker proves itself to the API server by it.";
        if (ApiServer is null && TokenFile is not null) yield return $"{at}:{nameof(TokenFile)} is for an {nameof(ApiServer)}.";
        if (MaxLifetime < TimeSpan.FromMinutes(10) || MaxLifetime > TimeSpan.FromHours(24)) yield return $"{at}:{nameof(MaxLifetime)} must be from 00:10:00 to 1.00:00:00.";
    }
}
