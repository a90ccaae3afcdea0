using System.Buffers.Text;
using System.Security.Cryptography;
using CredBroker.Attestation;
using CredBroker.Server.Jose;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Proofs;

/// <summary>Reads which key the caller of a request proves to hold: by DPoP (RFC 9449), or by the certificate of the connection (RFC 8705).</summary>
internal sealed class ProofOfPossession(OwnAddresses addresses, DpopNonces nonces, IOptions<ProofOptions> options, TimeProvider time)
{
    /// <summary>The header, in gRPC metadata too.</summary>
    public const string Header = "DPoP";

    private const string NonceHeader = "DPoP-Nonce";
    private const string NonceName = "dpop_nonce";

    /// <summary>What a request proves that carries no token; null = nothing.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.ProofInvalid"/>.</exception>
    public Possession? Of(HttpContext http) => http.Request.Headers[Header].Count > 0 ? OfProof(http, token: null) : OfConnection(http);

    /// <summary>What a request proves whose token came by the scheme <c>DPoP</c>.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.ProofInvalid"/>.</exception>
    public Possession Of(HttpContext http, string token) => OfProof(http, token);

    /// <summary>The key of the client's certificate; whose it is does not matter here, for the handshake proved that the caller holds it.</summary>
    public static Possession? OfConnection(HttpContext http) => http.Connection.ClientCertificate is { } certificate
        ? new Possession(new ProofKey(ProofKind.Mtls, Base64Url.EncodeToString(SHA256.HashData(certificate.RawData))), Proof: null)
        : null;

    private Possession OfProof(HttpContext http, string? token)
    {
        if (http.Request.Headers[Header] is not [{ } text]) throw Refused("there is not exactly one");
        DpopProof proof;
        try
        {
            proof = DpopProof.Read(text);
        }
        catch (JwtFault fault)
        {
            throw Refused(fault.Message, fault.InnerException);
        }

        if (!string.Equals(proof.Method, http.Request.Method, StringComparison.Ordinal)) throw Refused("it was made for another method");
        if (!addresses.Covers(http.Request, proof)) throw Refused("it was made for another address");
        if (proof.TokenHash != (token is null ? null : DpopProof.HashOf(token))) throw Refused("it was made for another token");
        RequireNonce(http, proof.Nonce);
        return new Possession(new ProofKey(ProofKind.Dpop, proof.Thumbprint), FreshOf(proof));
    }

    private SingleUse FreshOf(DpopProof proof)
    {
        var now = time.GetUtcNow();
        var settings = options.Value;
        if (proof.IssuedAt > now + settings.ClockSkew) throw Refused("it was made in the future");
        var end = proof.IssuedAt + settings.MaxAge;
        return now < end ? SingleUse.Of($"dpop {proof.Thumbprint}", proof.Id, end) : throw Refused("it is too old");
    }

    private void RequireNonce(HttpContext http, string? nonce)
    {
        if (nonce is null ? !options.Value.RequireNonce : nonces.IsGood(nonce)) return;
        var fresh = nonces.New();
        http.Response.Headers[NonceHeader] = fresh;
        throw new RefusedException(ErrorReason.ProofInvalid, "The proof of possession is refused: it holds no nonce of this broker that is good now.")
        {
            Metadata = new Dictionary<string, string> { [NonceName] = fresh },
        };
    }

    private static RefusedException Refused(string fault, Exception? inner = null) =>
        new(ErrorReason.ProofInvalid, $"The proof of possession is refused: {fault}.", inner);
}
