using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation.X509Pop;

/// <summary>Reads the roots of an authority in PEM. One that is no authority's is left out.</summary>
internal static class PemRootsReader
{
    /// <exception cref="InvalidDataException">It is no PEM; the message says why, for an operator.</exception>
    public static KeySet Read(ReadOnlyMemory<byte> pem)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(Encoding.UTF8.GetString(pem.Span));
        }
        catch (CryptographicException)
        {
            throw new InvalidDataException("a certificate of it cannot be read");
        }

        // A file that is being written is not yet "nobody is trusted"; an empty bundle would be a JSON document that says so.
        if (all.Count == 0) throw new InvalidDataException("it holds no certificate in PEM");
        var roots = all.Where(IsAuthority).ToList();
        return new KeySet(FrozenDictionary<string, VerificationKey>.Empty, [.. all.Except(roots).Select(_ => "its certificate is no authority's")]) { Roots = roots };
    }

    /// <summary>Extensions are read only when they are looked at: one that cannot be makes nobody an authority.</summary>
    private static bool IsAuthority(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Extensions.OfType<X509BasicConstraintsExtension>().SingleOrDefault() is { CertificateAuthority: true };
        }
        catch (Exception e) when (e is CryptographicException or InvalidOperationException)
        {
            return false;
        }
    }
}
