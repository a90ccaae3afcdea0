using CredBroker.Server.Hosting;
using CredBroker.Tokens;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Access;

/// <summary>
/// Operators by the access tokens and ID tokens of the issuers in the settings. <c>docs/operators.md</c> lists what is verified.
/// </summary>
internal sealed partial class OidcOperators : IOperatorAuthenticator, IDisposable
{
    private readonly IssuerDocuments _documents = new();
    private readonly Dictionary<string, OidcIssuer> _issuers;
    private readonly ILogger<OidcOperators> _logger;

    /// <exception cref="StartRefusedException">An issuer is the broker itself: its tokens would make agents into operators.</exception>
    public OidcOperators(IOptions<AccessOptions> options, IOptions<TokenOptions> tokens, TimeProvider time, ILogger<OidcOperators> logger)
    {
        _logger = logger;
        _issuers = options.Value.Issuers.ToDictionary(
            issuer => issuer.Issuer, issuer => new OidcIssuer(issuer, options.Value, _documents, time), StringComparer.Ordinal);
        if (_issuers.Keys.Any(name => IsSame(name, tokens.Value.Issuer)))
            throw new StartRefusedException($"{AccessOptions.SectionName}:{nameof(AccessOptions.Issuers)} names this broker; operators need an issuer of their own.");
    }

    public async ValueTask<Operator?> AuthenticateAsync(string token, CancellationToken cancellationToken)
    {
        try
        {
            using var jwt = OperatorJwt.Read(token);
            return _issuers.TryGetValue(jwt.Issuer, out var issuer)
                ? await issuer.VerifyAsync(jwt, cancellationToken)
                : throw new OperatorTokenFault("its issuer is none of those in the settings");
        }
        catch (OperatorTokenFault fault)
        {
            LogRefused(_logger, fault.Message);
            return null;
        }
    }

    public void Dispose() => _documents.Dispose();

    private static bool IsSame(string a, string b) => string.Equals(a.TrimEnd('/'), b.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A token proves no operator: {Why}")]
    private static partial void LogRefused(ILogger logger, string why);
}
