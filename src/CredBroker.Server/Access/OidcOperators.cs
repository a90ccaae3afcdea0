using System.Text;
using CredBroker.Server.Hosting;
using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;
using CredBroker.Tokens;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Access;

/// <summary>
/// Operators by the access tokens and ID tokens of the issuers in the settings. <c>docs/operators.md</c> lists what is verified.
/// </summary>
internal sealed partial class OidcOperators : IOperatorAuthenticator
{
    // Everything else that an issuer signs, such as a logout token or an assertion, says something other than "this is me".
    private static readonly JwtForm Form = new(["JWT", "at+jwt", "application/at+jwt"], StringComparer.OrdinalIgnoreCase, JwtForm.NeverThere);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, OidcIssuer> _issuers;
    private readonly ILogger<OidcOperators> _logger;

    /// <exception cref="StartRefusedException">An issuer is the broker itself: its tokens would make agents into operators.</exception>
    public OidcOperators(
        IOptions<AccessOptions> options, IOptions<TokenOptions> tokens, Keyrings keyrings, TimeProvider time, ILogger<OidcOperators> logger)
    {
        _logger = logger;
        if (options.Value.Issuers.Any(issuer => IsSame(issuer.Issuer, tokens.Value.Issuer)))
            throw new StartRefusedException($"{AccessOptions.SectionName}:{nameof(AccessOptions.Issuers)} names this broker; operators need an issuer of their own.");
        _issuers = options.Value.Issuers.ToDictionary(
            issuer => issuer.Issuer, issuer => new OidcIssuer(issuer, options.Value, keyrings, time), StringComparer.Ordinal);
    }

    public async ValueTask<Operator?> AuthenticateAsync(string token, CancellationToken cancellationToken)
    {
        try
        {
            var jwt = Jwt.Read(Encoding.UTF8.GetBytes(token), Form);
            return _issuers.TryGetValue(jwt.Issuer ?? throw new JwtFault("it names no issuer"), out var issuer)
                ? await issuer.VerifyAsync(jwt, cancellationToken)
                : throw new JwtFault("its issuer is none of those in the settings");
        }
        catch (JwtFault fault) when (fault.CannotTell)
        {
            throw new RefusedException(ErrorReason.VerifierUnavailable, "The issuer of operator tokens does not answer; try again.", fault)
            {
                RetryAfter = TryAgainAfter,
            };
        }
        catch (JwtFault fault)
        {
            LogRefused(_logger, fault.Message);
            return null;
        }
    }

    private static bool IsSame(string a, string b) => string.Equals(a.TrimEnd('/'), b.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A token proves no operator: {Why}")]
    private static partial void LogRefused(ILogger logger, string why);
}
