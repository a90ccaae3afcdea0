using System.Text;
using CredBroker.Server.Attestation.SpiffeJwt;
using Microsoft.IdentityModel.Protocols;

namespace CredBroker.Server.Access;

/// <summary>Reads the keys of an issuer from where the settings say, or else from where its discovery document says.</summary>
internal sealed class IssuerKeyRetriever(OperatorIssuerOptions issuer) : IConfigurationRetriever<IssuerKeys>
{
    /// <summary>What is read first.</summary>
    public string Address => issuer.JwksUri ?? $"{issuer.Issuer.TrimEnd('/')}/.well-known/openid-configuration";

    public async Task<IssuerKeys> GetConfigurationAsync(string address, IDocumentRetriever retriever, CancellationToken cancel)
    {
        var keys = issuer.JwksUri ?? KeysNamedBy(await retriever.GetDocumentAsync(address, cancel));
        return IssuerKeys.Read(await retriever.GetDocumentAsync(keys, cancel));
    }

    private string KeysNamedBy(string discovery)
    {
        if (!StrictJson.TryParseObject(Encoding.UTF8.GetBytes(discovery), out var json))
            throw new InvalidDataException("The discovery document is not one plain JSON object.");
        using (json)
        {
            // OpenID Connect Discovery 1.0 section 4.3: else one issuer could speak for another.
            if (StrictJson.StringOf(json.RootElement, "issuer") != issuer.Issuer) throw new InvalidDataException("The discovery document is another issuer's.");
            return StrictJson.StringOf(json.RootElement, "jwks_uri") ?? throw new InvalidDataException("The discovery document names no keys.");
        }
    }
}
