using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Server.Attestation.X509;

/// <summary>What a certificate says about its own use and names (RFC 5280 section 4.2).</summary>
internal static class LeafCertificate
{
    private const string SubjectAlternativeNames = "2.5.29.17";
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    /// <summary>That it is somebody's who signs for himself, and no authority's.</summary>
    /// <exception cref="EvidenceFault">It is not.</exception>
    public static void RequireNoAuthority(X509Certificate2 leaf)
    {
        if (leaf.Extensions.Select(extension => extension.Oid!.Value).GroupBy(oid => oid).Any(same => same.Count() > 1))
            throw new EvidenceFault("one of its extensions stands there twice");
        if (leaf.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority))
            throw new EvidenceFault("it is an authority's");
        if (leaf.Extensions.OfType<X509KeyUsageExtension>().SingleOrDefault() is not { Critical: true } usage)
            throw new EvidenceFault("it has no critical key usage");
        if ((usage.KeyUsages & (X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign)) != 0)
            throw new EvidenceFault("its key may sign certificates or revocation lists");
        if (!usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature)) throw new EvidenceFault("its key may not sign");
    }

    /// <summary>The URIs among its names.</summary>
    /// <exception cref="AsnContentException">Its names cannot be read.</exception>
    public static IReadOnlyList<string> UrisOf(X509Certificate2 leaf)
    {
        var uris = new List<string>();
        foreach (var extension in leaf.Extensions.Where(extension => extension.Oid!.Value == SubjectAlternativeNames))
        {
            var outer = new AsnReader(extension.RawData, AsnEncodingRules.DER);
            var names = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(Uri)) uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
                else names.ReadEncodedValue();
            }
        }

        return uris;
    }

    /// <summary>Runs what reads certificates: what it cannot read is a fault of the evidence, and what the reader says may quote it.</summary>
    /// <exception cref="EvidenceFault">It cannot be read, or what <paramref name="read"/> says.</exception>
    public static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is CryptographicException or AsnContentException)
        {
            throw new EvidenceFault("a certificate of it cannot be read");
        }
    }
}
