using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Testing.Attestation;

/// <summary>What a certificate for tests is to say; good in every respect unless it is changed.</summary>
public sealed record TestLeaf
{
    /// <summary>Its URIs.</summary>
    public IReadOnlyList<string> Uris { get; init; } = [];

    /// <summary>Its DNS names.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>Its distinguished name.</summary>
    public string Subject { get; init; } = "O=SPIRE, C=US";

    public bool IsAuthority { get; init; }

    /// <summary>What its key is for; null = it does not say.</summary>
    public X509KeyUsageFlags? KeyUsage { get; init; } = X509KeyUsageFlags.DigitalSignature;

    public bool IsKeyUsageCritical { get; init; } = true;

    /// <summary>Purposes; none = it does not say.</summary>
    public IReadOnlyList<string> Purposes { get; init; } = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"];

    /// <summary>How long from now it is good.</summary>
    public TimeSpan Life { get; init; } = TimeSpan.FromHours(1);

    /// <summary>From how long before now on.</summary>
    public TimeSpan Backdated { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Makes its key; null = one on P-256.</summary>
    public Func<AsymmetricAlgorithm>? MakeKey { get; init; }

    /// <summary>More extensions.</summary>
    public IReadOnlyList<X509Extension> More { get; init; } = [];

    /// <summary>The request of it.</summary>
    public CertificateRequest ToRequest(AsymmetricAlgorithm key)
    {
        var name = new X500DistinguishedName(Subject);
        var request = key switch
        {
            ECDsa ec => new CertificateRequest(name, ec, HashAlgorithmName.SHA256),
            RSA rsa => new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => throw new ArgumentException("Neither EC nor RSA.", nameof(key)),
        };
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(IsAuthority, false, 0, true));
        if (KeyUsage is { } usage) request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, IsKeyUsageCritical));
        if (Purposes.Count > 0)
        {
            var purposes = new OidCollection();
            foreach (var purpose in Purposes) purposes.Add(new Oid(purpose));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, false));
        }

        var names = new SubjectAlternativeNameBuilder();
        foreach (var uri in Uris) names.AddUri(new Uri(uri, UriKind.RelativeOrAbsolute));
        foreach (var dns in DnsNames) names.AddDnsName(dns);
        if (Uris.Count + DnsNames.Count > 0) request.CertificateExtensions.Add(names.Build());
        foreach (var extension in More) request.CertificateExtensions.Add(extension);
        return request;
    }
}
