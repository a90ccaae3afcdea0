using System.Buffers;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation.Oidc;

/// <summary>An issuer whose ID tokens prove workloads.</summary>
public sealed class OidcIssuerOptions
{
    /// <summary>The audience when none is set.</summary>
    public const string DefaultAudience = "credbroker";

    private static readonly SearchValues<char> NameChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>github, gitlab, google or azure: sets what is not set here. None = any other issuer.</summary>
    public string? Preset { get; set; }

    /// <summary>Its name in subjects and selectors, <c>oidc://name/sub</c>: 1 to 63 of a-z, 0-9 and -. The preset's when not set.</summary>
    public string? Name { get; set; }

    /// <summary><c>iss</c>, to the letter. The preset's when not set. Its discovery document is read below it unless <see cref="JwksUri"/> is set.</summary>
    public string? Issuer { get; set; }

    /// <summary>A token must be made for one of these. None = <see cref="DefaultAudience"/>.</summary>
    public IList<string> Audiences { get; } = [];

    /// <summary>Where its keys are; not set = as its discovery document says.</summary>
    public string? JwksUri { get; set; }

    /// <summary>More claims to make selectors of, where they are strings.</summary>
    public IList<string> Claims { get; } = [];

    /// <summary>Whether a token is good once. The preset's when not set, <c>true</c> without a preset. It needs <c>jti</c>.</summary>
    public bool? SingleUse { get; set; }

    /// <summary>The longest life of a token: 1 min to 24 h. The preset's when not set, 1 h without a preset.</summary>
    public TimeSpan? MaxLifetime { get; set; }

    /// <summary>Whether the issuer and its keys may be in a private or link-local network.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>PEM of the authority of its certificate; none = the machine's.</summary>
    public string? CaFile { get; set; }

    internal OidcPreset EffectivePreset => OidcPreset.Find(Preset) ?? OidcPreset.None;

    internal string EffectiveName => Name ?? EffectivePreset.Name;

    internal string EffectiveIssuer => Issuer ?? EffectivePreset.Issuer ?? "";

    internal IReadOnlyList<string> EffectiveAudiences => Audiences.Count == 0 ? [DefaultAudience] : [.. Audiences];

    internal bool IsSingleUse => SingleUse ?? EffectivePreset.SingleUse;

    internal TimeSpan EffectiveMaxLifetime => MaxLifetime ?? EffectivePreset.MaxLifetime;

    /// <summary>Where its keys come from; the settings must be without fault.</summary>
    internal IKeySource ToSource() => IssuerAddress.ToSource(EffectiveIssuer, JwksUri, AllowPrivateAddresses, CaFile);

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults(string at)
    {
        if (OidcPreset.Find(Preset) is null) yield return $"{at}:{nameof(Preset)} must be one of {string.Join(", ", OidcPreset.All.Select(preset => preset.Name))}, or not set.";
        if (EffectiveName.Length is 0 or > 63 || EffectiveName.AsSpan().ContainsAnyExcept(NameChars))
            yield return $"{at}:{nameof(Name)} must be 1 to 63 of a-z, 0-9 and -.";
        foreach (var (setting, fault) in IssuerAddress.Faults(EffectiveIssuer, JwksUri, CaFile)) yield return $"{at}:{setting} {fault}.";
        foreach (var (i, audience) in Audiences.Index())
            if (string.IsNullOrWhiteSpace(audience)) yield return $"{at}:{nameof(Audiences)}:{i} is empty.";
        foreach (var (i, claim) in Claims.Index())
            if (string.IsNullOrWhiteSpace(claim) || claim.Contains(':', StringComparison.Ordinal)) yield return $"{at}:{nameof(Claims)}:{i} must be the name of a claim, without a colon.";
        if (MaxLifetime < TimeSpan.FromMinutes(1) || MaxLifetime > TimeSpan.FromHours(24))
            yield return $"{at}:{nameof(MaxLifetime)} must be from 00:01:00 to 1.00:00:00.";
    }
}
