using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Access;

/// <summary>Verifies the tokens of one issuer and finds the principal's bindings.</summary>
internal sealed class OidcIssuer(OperatorIssuerOptions issuer, AccessOptions options, Keyrings keyrings, TimeProvider time)
{
    private const int MaxPrincipalLength = 256;
    private const string SpiffeScheme = "spiffe:";

    private readonly IReadOnlyList<RoleBinding> _bindings = options.BindingsOf(issuer);
    private readonly string? _named = options.Issuers.Count > 1 ? issuer.Issuer : null;
    private readonly JwtVerifier _verifier = new(new JwtDemands([issuer.Audience], options.ClockSkew, MaxLifetime: null), time);
    private readonly Keyring _keys = keyrings.Open(KeyringTerms.OfIssuer(issuer.Issuer, KeyringTerms.DefaultLastGoodFor), issuer.ToSource());

    /// <exception cref="JwtFault">The token proves nobody, or nobody can tell now.</exception>
    public async ValueTask<Operator> VerifyAsync(Jwt jwt, CancellationToken cancellationToken)
    {
        _verifier.Weigh(jwt);
        await _verifier.VerifyAsync(jwt, _keys, cancellationToken);
        return new Operator(PrincipalOf(jwt), _bindings, _named);
    }

    private string PrincipalOf(Jwt jwt)
    {
        // A token that is good only together with a proof of its key is no bearer token.
        if (jwt.Has("cnf")) throw new JwtFault("it is bound to a key, and no proof of that is read here");
        if (jwt.StringOf("sub")?.StartsWith(SpiffeScheme, StringComparison.OrdinalIgnoreCase) == true)
            throw new JwtFault("it is a workload's and no operator's");
        if (issuer.PrincipalClaim == "email" && !jwt.IsTrue("email_verified")) throw new JwtFault("its email is not verified");
        return jwt.StringOf(issuer.PrincipalClaim) is { Length: > 0 and <= MaxPrincipalLength } principal && !principal.Any(char.IsControl)
            ? principal
            : throw new JwtFault("it has no plain principal");
    }
}
