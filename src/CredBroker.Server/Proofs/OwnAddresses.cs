using System.Net;
using CredBroker.Server.Jose;
using CredBroker.Tokens;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Proofs;

/// <summary>
/// Tells whether a proof was made for a request to this broker. The authority in the request itself is what the caller says: who holds a proof
/// that was made for somebody else would say that one. It counts only among processes of this machine, and only as this machine.
/// </summary>
internal sealed class OwnAddresses(IOptions<ProofOptions> options, IOptions<TokenOptions> tokens)
{
    private readonly string[] _authorities = options.Value.Authorities.Count > 0 ? [.. options.Value.Authorities] : [new Uri(tokens.Value.Issuer).Authority];

    public bool Covers(HttpRequest request, DpopProof proof)
    {
        var path = request.PathBase.ToUriComponent() + request.Path.ToUriComponent();
        if (_authorities.Any(authority => proof.IsFor(new Uri($"https://{authority}{path}")))) return true;
        if (request.HttpContext.Connection.RemoteIpAddress is not { } remote || !IPAddress.IsLoopback(remote)) return false;
        return Uri.TryCreate($"{request.Scheme}://{request.Host.Value}{path}", UriKind.Absolute, out var local) && local.IsLoopback
            && (proof.IsFor(local) || proof.IsFor(new Uri($"https://{local.Authority}{path}")));
    }
}
