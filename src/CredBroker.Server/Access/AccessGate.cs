using CredBroker.Server.Api;
using CredBroker.Tasks;
using Grpc.Core;

namespace CredBroker.Server.Access;

/// <summary>Holds a call against the table.</summary>
internal sealed class AccessGate(IOperatorAuthenticator authenticator)
{
    /// <summary>Lets a call in, and says which operator makes it, if one does; whether they have the role is still to be asked.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>, <see cref="ErrorReason.OperatorRoleRequired"/> or <see cref="ErrorReason.VerifierUnavailable"/>.</exception>
    public async ValueTask<Operator?> IdentifyAsync(AccessRule rule, ServerCallContext context)
    {
        if (rule == AccessRule.Anonymous) return null;
        var token = CallerToken.BearerOf(context);
        if (TaskToken.IsMeantAsOne(token) && rule.TakesTaskToken)
        {
            // Whose task it is, and whether it is still good, the store says in the call itself.
            CallerToken.Of(context);
            return null;
        }

        if (rule.Role is null) throw TaskGate.Invalid();
        if (string.IsNullOrEmpty(token) || TaskToken.IsMeantAsOne(token)) throw Invalid();
        return await authenticator.AuthenticateAsync(token, context.CancellationToken) ?? throw Invalid();
    }

    private static RefusedException Invalid() => new(ErrorReason.TaskTokenInvalid, "The operator token is missing or not valid.");
}
