using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation.SpiffeX509;

/// <summary>
/// Reads the roots of a SPIFFE bundle (SPIFFE Trust Domain and Bundle section 4, X509-SVID section 6): its <c>use: x509-svid</c> entries, each with
/// one certificate of an authority in <c>x5c</c>.
/// </summary>
internal static class X509BundleReader
{
    /// <exception cref="InvalidDataException">It is no bundle; the message says why, for an operator.</exception>
    public static KeySet Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = KeySetReader.Parse(utf8);
        var roots = new List<X509Certificate2>();
        var leftOut = new List<string>();
        foreach (var jwk in KeySetReader.EntriesOf(document.RootElement).Where(jwk => StrictJson.StringOf(jwk, "use") == "x509-svid"))
        {
            if (ReadRoot(jwk, out var fault) is { } root) roots.Add(root);
            else leftOut.Add(fault);
        }

        var (sequence, refreshHint) = SpiffeBundle.HeadOf(document.RootElement);
        return new KeySet(FrozenDictionary<string, VerificationKey>.Empty, leftOut) { Roots = roots, Sequence = sequence, RefreshHint = refreshHint };
    }

    private static X509Certificate2? ReadRoot(JsonElement jwk, out string fault)
    {
        fault = "it has not exactly one certificate in 'x5c'";
        if (!jwk.TryGetProperty("x5c", out var x5c) || x5c.ValueKind is not JsonValueKind.Array || x5c.GetArrayLength() != 1) return null;
        if (x5c[0].ValueKind is not JsonValueKind.String || !x5c[0].TryGetBytesFromBase64(out var der)) return null;
        X509Certificate2? root = null;
        try
        {
            root = X509CertificateLoader.LoadCertificate(der);
            fault = "its certificate is no authority's";
            if (root.Extensions.OfType<X509BasicConstraintsExtension>().SingleOrDefault() is { CertificateAuthority: true }) return root;
        }
        catch (Exception e) when (e is CryptographicException or InvalidOperationException)
        {
            fault = "its certificate cannot be read";
        }

        root?.Dispose();
        return null;
    }
}
