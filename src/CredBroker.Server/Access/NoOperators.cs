namespace CredBroker.Server.Access;

/// <summary>Where no issuer is set, nobody is an operator.</summary>
internal sealed partial class NoOperators : IOperatorAuthenticator
{
    public NoOperators(ILogger<NoOperators> logger) => LogNone(logger);

    public ValueTask<Operator?> AuthenticateAsync(string token, CancellationToken cancellationToken) => default;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Access:Issuers is not set: calls of operators are refused")]
    private static partial void LogNone(ILogger logger);
}
