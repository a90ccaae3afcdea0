using CredBroker.Attestation;
using CredBroker.Server.Api;
using CredBroker.Server.Proofs;
using CredBroker.Tasks;
using Grpc.Core;

namespace CredBroker.Server.Access;

/// <summary>Holds a call against the table.</summary>
internal sealed class AccessGate(IOperatorAuthenticator authenticator, ProofOfPossession proofs, IReplayMemory used, TaskGate tasks)
{
    /// <summary>Lets a call in, and says which operator makes it, if one does; whether they have the role is still to be asked.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>, <see cref="ErrorReason.ProofInvalid"/>, <see cref="ErrorReason.OperatorRoleRequired"/> or <see cref="ErrorReason.VerifierUnavailable"/>.</exception>
    public async ValueTask<Operator?> IdentifyAsync(AccessRule rule, ServerCallContext context)
    {
        if (rule == AccessRule.Anonymous) return null;
        var token = CallerToken.BearerOf(context);
        if (TaskToken.IsMeantAsOne(token) && rule.TakesTaskToken)
        {
            // Whose task it is, and whether it is still good, the store says in the call itself.
            CallerToken.Bind(context, CallerToken.Of(context), ProofOfPossession.OfConnection(context.GetHttpContext()));
            return null;
        }

        if (token is null && rule.TakesTaskToken && CallerToken.DpopOf(context) is { } bound)
        {
            var claimed = CallerToken.Of(context);
            CallerToken.Bind(context, claimed, await ProveAsync(claimed, bound, context.GetHttpContext()));
            return null;
        }

        if (rule.Role is null) throw TaskGate.Invalid();
        if (string.IsNullOrEmpty(token) || TaskToken.IsMeantAsOne(token)) throw Invalid();
        return await authenticator.AuthenticateAsync(token, context.CancellationToken) ?? throw Invalid();
    }

    /// <summary>The task token of a request beside gRPC, with the key that was proved with it; whose it is, is still to be asked.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>, <see cref="ErrorReason.ProofInvalid"/> or <see cref="ErrorReason.StoreUnavailable"/>.</exception>
    public async ValueTask<TaskToken> RequireTaskAsync(HttpContext http)
    {
        if (TaskToken.TryParse(CallerToken.BearerOf(http), out var token)) return token.BoundTo(ProofOfPossession.OfConnection(http)?.Key);
        if (CallerToken.DpopOf(http) is not { } bound || !TaskToken.TryParse(bound, out token)) throw TaskGate.Invalid();
        return token.BoundTo((await ProveAsync(token, bound, http)).Key);
    }

    /// <summary>A proof is remembered only for a token that is some task's: whoever has none must not be able to fill the memory.</summary>
    private async Task<Possession> ProveAsync(TaskToken token, string text, HttpContext http)
    {
        var possession = proofs.Of(http, text);
        await tasks.RequireHolderAsync(token, http.RequestAborted);
        return possession.Proof is { } proof && !await used.TryUseAsync(proof, http.RequestAborted)
            ? throw new RefusedException(ErrorReason.ProofInvalid, "The proof of possession has been used before.")
            : possession;
    }

    private static RefusedException Invalid() => new(ErrorReason.TaskTokenInvalid, "The operator token is missing or not valid.");
}
