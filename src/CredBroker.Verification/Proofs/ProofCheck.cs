using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CredBroker.Server.Jose;
using CredBroker.Verification.Tokens;
using Microsoft.AspNetCore.Http;

namespace CredBroker.Verification.Proofs;

/// <summary>Holds a request against the key that its token is bound to.</summary>
internal sealed class ProofCheck(CredBrokerVerificationOptions options, IProofMemory memory, TimeProvider time)
{
    private const string Header = "DPoP";
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(5);

    private readonly Uri[] _addresses = [.. AddressesOf(options)];

    /// <summary>Whether the caller holds the key of its token.</summary>
    /// <param name="request">The request.</param>
    /// <param name="compact">The token as it was sent.</param>
    /// <param name="isDpop">Whether it came by the scheme <c>DPoP</c>, else <c>Bearer</c>.</param>
    /// <param name="binding">What it is bound to; null = nothing.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<VerificationOutcome> JudgeAsync(
        HttpRequest request, string compact, bool isDpop, TokenBinding? binding, CancellationToken cancellationToken)
    {
        if (binding is null or { IsCertificate: true })
        {
            if (isDpop) return VerificationOutcome.ProofInvalid;
            return binding is null || binding.Thumbprint == CertificateOf(request) ? VerificationOutcome.Accepted : VerificationOutcome.ProofRequired;
        }

        if (!isDpop) return VerificationOutcome.ProofRequired;
        if (ReadProof(request, compact) is not { } proof || proof.Thumbprint != binding.Thumbprint) return VerificationOutcome.ProofInvalid;
        var id = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{proof.Thumbprint} {proof.Id}")));
        return await memory.TryUseAsync(id, proof.IssuedAt + options.MaxProofAge, cancellationToken).ConfigureAwait(false)
            ? VerificationOutcome.Accepted
            : VerificationOutcome.ProofInvalid;
    }

    /// <summary>The proof of the request; null where it is not exactly one, or none for this request, this token and now.</summary>
    private DpopProof? ReadProof(HttpRequest request, string compact)
    {
        if (request.Headers[Header] is not [{ } text]) return null;
        DpopProof proof;
        try
        {
            proof = DpopProof.Read(text);
        }
        catch (JwtFault)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var isGood = string.Equals(proof.Method, request.Method, StringComparison.Ordinal)
            && proof.TokenHash == DpopProof.HashOf(compact)
            && proof.IssuedAt <= now + Ahead && now < proof.IssuedAt + options.MaxProofAge
            && IsForUs(request, proof);
        return isGood ? proof : null;
    }

    // The host in the request is what the caller says, and counts only where it says that it is this machine.
    private bool IsForUs(HttpRequest request, DpopProof proof)
    {
        var path = request.PathBase.ToUriComponent() + request.Path.ToUriComponent();
        if (_addresses.Any(address => proof.IsFor(new Uri(address, path)))) return true;
        return request.HttpContext.Connection.RemoteIpAddress is { } remote && System.Net.IPAddress.IsLoopback(remote)
            && Uri.TryCreate($"{request.Scheme}://{request.Host.Value}{path}", UriKind.Absolute, out var local) && local.IsLoopback && proof.IsFor(local);
    }

    private static string? CertificateOf(HttpRequest request) => request.HttpContext.Connection.ClientCertificate is { } certificate
        ? Base64Url.EncodeToString(SHA256.HashData(certificate.RawData))
        : null;

    private static IEnumerable<Uri> AddressesOf(CredBrokerVerificationOptions options)
    {
        if (options.Addresses.Count > 0) return options.Addresses;
        return Uri.TryCreate(options.Audience, UriKind.Absolute, out var audience) && audience.Scheme == Uri.UriSchemeHttps ? [audience] : [];
    }
}
