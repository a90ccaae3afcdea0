using System.Net;
using CredBroker.Testing.Vault.Calls;
using CredBroker.Testing.Vault.Faults;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Tokens;
using Microsoft.AspNetCore.Http;

namespace CredBroker.Testing.Vault;

/// <summary>Takes requests, lets go wrong what is scripted to, and writes the answers.</summary>
internal sealed class VaultServer(
    VaultRouter router, VaultCondition condition, HealthPaths health, VaultWrappings wrappings, VaultFaults faults, VaultCalls calls, VaultDoubleSettings settings)
{
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            var request = await VaultRequest.ReadAsync(context.Request);
            var call = settings.Records ? calls.Add(request, settings.Time.GetUtcNow()) : null;
            var fault = faults.Next(request);
            if (fault?.Kind == FaultKind.Hold) await fault.Released.WaitAsync(context.RequestAborted);
            if (fault?.Kind == FaultKind.Drop)
            {
                context.Abort();
                return;
            }

            var reply = fault?.Reply ?? await AnswerAsync(request, fault, call);
            call?.Status = reply.Status;
            if (fault?.Kind == FaultKind.LoseReply) context.Abort();
            else await WriteAsync(context, reply);
        }
        catch (VaultRefusal refusal)
        {
            await WriteAsync(context, VaultReply.Error(refusal.Status, refusal.Errors));
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // Whoever asked has hung up.
            context.Abort();
        }
    }

    private async Task<VaultReply> AnswerAsync(VaultRequest request, VaultFault? fault, VaultCall? call)
    {
        try
        {
            if (request.Path == HealthPaths.Health) return health.AnswerHealth();
            if (request.Path == HealthPaths.SealStatus) return health.AnswerSeal();
            if (condition.IsSealed) throw new VaultRefusal((int)HttpStatusCode.ServiceUnavailable, "Vault is sealed");
            if (condition.IsStandby) return AnswerAsStandby(request);
            if (request.Path == "sys/wrapping/unwrap") return wrappings.Unwrap(request);
            var reply = await router.AnswerAsync(request, LetIn);
            return request.WrapFor is { } ttl && reply is { Status: (int)HttpStatusCode.OK } ? wrappings.Wrap(request, reply, ttl) : reply;
        }
        catch (VaultRefusal refusal)
        {
            return VaultReply.Error(refusal.Status, refusal.Errors);
        }

        Task LetIn(TokenEntry? token)
        {
            call?.Accessor = token?.Accessor ?? "";
            return fault?.Kind == FaultKind.HoldWork ? fault.Released : Task.CompletedTask;
        }
    }

    private VaultReply AnswerAsStandby(VaultRequest request) => condition.ActiveAddress is { } active
        ? new VaultReply((int)HttpStatusCode.TemporaryRedirect) { Headers = new Dictionary<string, string> { ["Location"] = $"{active}/v1/{request.Path}" } }
        : VaultReply.Error((int)HttpStatusCode.InternalServerError, ["local node not active but active cluster node not found"]);

    private static async Task WriteAsync(HttpContext context, VaultReply reply)
    {
        context.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers) context.Response.Headers[name] = value;
        context.Response.Headers.CacheControl = "no-store";
        if (reply.Body is null) return;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(reply.Body.ToJsonString(), context.RequestAborted);
    }
}
