namespace CredBroker.Server.Access;

/// <summary>Tells from a bearer token who an operator is.</summary>
internal interface IOperatorAuthenticator
{
    /// <summary>The operator; null where the token proves nobody. Why not is logged, without the token.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.VerifierUnavailable"/>: it cannot be told now.</exception>
    ValueTask<Operator?> AuthenticateAsync(string token, CancellationToken cancellationToken);
}
