using CredBroker.Server.Attestation.SpiffeJwt;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Server.Access;

/// <summary>Verifies the tokens of one issuer and finds the principal's bindings.</summary>
internal sealed class OidcIssuer
{
    private const int MaxPrincipalLength = 256;
    private const string SpiffeScheme = "spiffe:";
    private static readonly TimeSpan LeastBetweenReads = TimeSpan.FromSeconds(30);

    /// <summary>How long a key that the issuer has withdrawn may still be taken.</summary>
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly JsonWebTokenHandler _handler = new()
    {
        MapInboundClaims = false,
        MaximumTokenSizeInBytes = CredBroker.Attestation.Evidence.MaxPayloadBytes,
    };

    private readonly OperatorIssuerOptions _issuer;
    private readonly IReadOnlyList<RoleBinding> _bindings;
    private readonly string? _named;
    private readonly TimeSpan _skew;
    private readonly TimeProvider _time;
    private readonly ConfigurationManager<IssuerKeys> _keys;

    public OidcIssuer(OperatorIssuerOptions issuer, AccessOptions options, IssuerDocuments documents, TimeProvider time)
    {
        _issuer = issuer;
        _bindings = options.BindingsOf(issuer);
        _named = options.Issuers.Count > 1 ? issuer.Issuer : null;
        _skew = options.ClockSkew;
        _time = time;
        var retriever = new IssuerKeyRetriever(issuer);
        _keys = new ConfigurationManager<IssuerKeys>(retriever.Address, retriever, documents)
        {
            RefreshInterval = LeastBetweenReads,
            AutomaticRefreshInterval = ReadEvery,
        };
    }

    public string Name => _issuer.Issuer;

    /// <exception cref="OperatorTokenFault">The token proves nobody.</exception>
    /// <exception cref="RefusedException"><see cref="ErrorReason.VerifierUnavailable"/>: the issuer's keys have never been read.</exception>
    public async ValueTask<Operator> VerifyAsync(OperatorJwt jwt, CancellationToken cancellationToken)
    {
        var key = await FindKeyAsync(jwt, cancellationToken);
        var result = await _handler.ValidateTokenAsync(jwt.Text, ParametersFor(key));
        if (!result.IsValid) throw new OperatorTokenFault($"it does not verify ({result.Exception?.GetType().Name})");
        return new Operator(PrincipalOf(jwt), _bindings, _named);
    }

    private async ValueTask<BundleKey> FindKeyAsync(OperatorJwt jwt, CancellationToken cancellationToken)
    {
        if ((await ReadKeysAsync(cancellationToken)).Find(jwt.KeyId) is { } key)
        {
            return key.Algorithms.Contains(jwt.Algorithm, StringComparer.Ordinal)
                ? key
                : throw new OperatorTokenFault("its algorithm does not go with its key");
        }

        // It may be a new one. The keys are read again behind the caller's back, at most so often.
        _keys.RequestRefresh();
        throw new OperatorTokenFault("its key is none of its issuer's");
    }

    private async ValueTask<IssuerKeys> ReadKeysAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _keys.GetConfigurationAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RefusedException(ErrorReason.VerifierUnavailable, "The issuer of operator tokens does not answer; try again.", exception)
            {
                RetryAfter = RetryAfter,
            };
        }
    }

    private TokenValidationParameters ParametersFor(BundleKey key) => new()
    {
        IssuerSigningKey = key.Key,
        TryAllIssuerSigningKeys = false,
        ValidAlgorithms = key.Algorithms,
        RequireSignedTokens = true,
        ValidIssuer = _issuer.Issuer,
        ValidAudience = _issuer.Audience,
        RequireAudience = true,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        RequireExpirationTime = true,
        ClockSkew = TimeSpan.Zero,
        // The handler's own clock cannot be injected.
        LifetimeValidator = (notBefore, expires, token, _) =>
            expires is { } end && Utc(end) + _skew > _time.GetUtcNow()
            && (notBefore is not { } start || Utc(start) - _skew <= _time.GetUtcNow())
            && (token is not JsonWebToken { IssuedAt: var issued } || issued == DateTime.MinValue || Utc(issued) - _skew <= _time.GetUtcNow()),
        LogValidationExceptions = false,
    };

    private string PrincipalOf(OperatorJwt jwt)
    {
        // A token that is good only together with a proof of its key is no bearer token.
        if (jwt.Has("cnf")) throw new OperatorTokenFault("it is bound to a key, and no proof of that is read here");
        if (jwt.StringOf("sub")?.StartsWith(SpiffeScheme, StringComparison.OrdinalIgnoreCase) == true)
            throw new OperatorTokenFault("it is a workload's and no operator's");
        if (_issuer.PrincipalClaim == "email" && !jwt.IsTrue("email_verified")) throw new OperatorTokenFault("its email is not verified");
        return jwt.StringOf(_issuer.PrincipalClaim) is { Length: > 0 and <= MaxPrincipalLength } principal && !principal.Any(char.IsControl)
            ? principal
            : throw new OperatorTokenFault("it has no plain principal");
    }

    private static DateTimeOffset Utc(DateTime instant) => new(DateTime.SpecifyKind(instant, DateTimeKind.Utc));
}
