using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using CredBroker.Server.Jose;

namespace CredBroker.Server.Attestation.X509Pop;

/// <summary>
/// A challenge signed with the key of a certificate: ECDSA with the SHA-2 of the curve's size as r and s side by side (IEEE P1363), or RSASSA-PSS
/// with SHA-256, over a line that says what it is for and the challenge.
/// </summary>
/// <param name="Challenge">The challenge.</param>
/// <param name="Chain">The certificate, then those between it and its root, in DER one after another.</param>
/// <param name="Signature">The signature.</param>
internal sealed record CertificateAnswer(string Challenge, byte[] Chain, byte[] Signature)
{
    /// <summary>What stands before the challenge, so that no other signature of that key is one of these.</summary>
    public const string Prefix = "credbroker x509_pop v1\n";

    private static readonly string[] Members = ["challenge", "chain", "signature"];

    /// <exception cref="EvidenceFault">It is something else.</exception>
    public static CertificateAnswer Read(ReadOnlyMemory<byte> payload)
    {
        if (!StrictJson.TryParseObject(payload, out var json)) throw new EvidenceFault("it is not one plain JSON object");
        using (json)
        {
            var root = json.RootElement;
            if (root.EnumerateObject().Any(member => !Members.Contains(member.Name, StringComparer.Ordinal))) throw new EvidenceFault("it holds a member that is not known");
            if (StrictJson.StringOf(root, "challenge") is not { Length: > 0 } challenge || BytesOf(root, "chain") is not { } chain || BytesOf(root, "signature") is not { } signature)
                throw new EvidenceFault("it lacks a challenge, a chain or a signature in canonical base64url");
            return new CertificateAnswer(challenge, chain, signature);
        }
    }

    /// <exception cref="EvidenceFault">The key of that certificate did not sign it.</exception>
    public void Verify(X509Certificate2 certificate)
    {
        var signed = Encoding.UTF8.GetBytes(Prefix + Challenge);
        using var rsa = certificate.GetRSAPublicKey();
        using var ec = rsa is null ? certificate.GetECDsaPublicKey() : null;
        var isGood = rsa is not null
            ? rsa.VerifyData(signed, Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)
            : ec?.VerifyData(signed, Signature, HashOf(ec.KeySize), DSASignatureFormat.IeeeP1363FixedFieldConcatenation) == true;
        if (!isGood) throw new EvidenceFault("its signature does not verify");
    }

    private static HashAlgorithmName HashOf(int bits) => bits switch { <= 256 => HashAlgorithmName.SHA256, <= 384 => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };

    private static byte[]? BytesOf(JsonElement root, string name)
    {
        if (StrictJson.StringOf(root, name) is not { Length: > 0 } text) return null;
        try
        {
            // Canonical: loose bits or padding would let one answer be written in many ways.
            var bytes = Base64Url.DecodeFromChars(text);
            return Base64Url.EncodeToString(bytes) == text ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
